import {
  Controller,
  Delete,
  Get,
  HttpCode,
  Inject,
  Injectable,
  NotFoundException,
  Post,
  Req,
  Scope,
} from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import {
  allOf,
  anyOf,
  arg,
  Authorize,
  hasRole,
  not,
  OptionalAuth,
  owner,
  policy,
  Resource,
  RoleMap,
  Roles,
  sameOrganization,
  SameOrg,
  type Policy,
  type PolicyRequest,
} from '../../../lib/index.js';

const load = (id: string): object | undefined =>
  id === 'gone' ? undefined : { id, ownerId: 'ann' };

@Controller({ path: 'per-request', scope: Scope.REQUEST })
export class PerRequest {
  constructor(@Inject(REQUEST) readonly request: object) {
    this.remove = this.remove.bind(this);
  }

  @Delete(':id')
  remove(): object {
    return {};
  }
}

@Roles('user')
class Base {}

@RoleMap({ GET: true, DELETE: 'admin' })
@Controller('mapped')
export class Mapped extends Base {
  @Get()
  read(): object {
    return {};
  }

  @Delete()
  remove(): object {
    return {};
  }
}

@RoleMap({ GET_ONE: 'admin', GET_MANY: true })
@Controller('things/:id')
export class Thing {
  @Get()
  one(): object {
    return {};
  }

  @Get(['all', 'all/:other'])
  either(): object {
    return {};
  }

  @Get('parts')
  many(): object {
    return {};
  }
}

/** What was asked of a policy, and what it answers by. */
@Injectable()
export class Providing implements Policy<{ answer: unknown }> {
  allows({ args, provide }: PolicyRequest<{ answer: unknown }>): boolean {
    provide(`provided ${String(args.answer)}`);
    setTimeout(() => {
      provide('too late');
    }, 1);
    return args.answer === 'yes';
  }
}

@Injectable()
export class Missing implements Policy {
  allows(): boolean {
    throw new NotFoundException('of the application');
  }
}

@Injectable()
export class Hanging implements Policy {
  allows(): Promise<boolean> {
    return new Promise(() => undefined);
  }
}

@Controller()
export class Api {
  @Post('four-eyes')
  @HttpCode(200)
  @Authorize(not(owner({ load, id: 'body.id' })))
  fourEyes(): object {
    return {};
  }

  @Get('elsewhere')
  @Authorize(not(sameOrganization('query.org')))
  elsewhere(): object {
    return {};
  }

  @Get('provided/:answer')
  @Authorize(anyOf(policy(Providing, { answer: arg('params.answer') }), hasRole('user')))
  async provided(@Resource() resource: unknown): Promise<object> {
    await new Promise((resolve) => setTimeout(resolve, 5));
    return { resource: resource ?? null };
  }

  @Get('hidden/:id')
  @Authorize(Missing, {}, { hide: true })
  missing(): object {
    return {};
  }

  @Get('hidden-too/:id')
  @Authorize(hasRole('nobody'), { hide: true })
  denied(): object {
    return {};
  }

  @Get('on-trial')
  @Authorize(Hanging, {}, { dryRun: true })
  onTrial(): object {
    return {};
  }

  @Get('anonymous')
  @OptionalAuth()
  anonymous(@Req() request: { readonly user?: unknown }): object {
    return { isShown: request.user !== undefined };
  }
}

@Controller('classes/:id')
@Authorize(policy(Providing, { answer: 'yes' }))
export class OfClass {
  @Get()
  @SameOrg('params.id')
  @Authorize(allOf(owner({ load })))
  read(@Resource() resource: unknown): object {
    return { resource };
  }
}
