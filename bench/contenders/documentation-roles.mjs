import { SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';

const ROLES_KEY = 'roles';

/** https://docs.nestjs.com/security/authorization, as it is there. */
export const Roles = (...roles) => SetMetadata(ROLES_KEY, roles);

/** The guard of the same page, for contenders that bring none of their own. */
export class RolesGuard {
  constructor(reflector) {
    this.reflector = reflector;
  }

  canActivate(context) {
    const requiredRoles = this.reflector.getAllAndOverride(ROLES_KEY, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (!requiredRoles) return true;
    const { user } = context.switchToHttp().getRequest();
    return requiredRoles.some((role) => user.roles?.includes(role));
  }
}
Reflect.defineMetadata('design:paramtypes', [Reflector], RolesGuard);
