import { Module, type DynamicModule } from '@nestjs/common';
import { AuthModule } from 'nestjs-portcullis';
import type { Issuers } from './embedded-issuers.js';
import { OperatorsController } from './operators.controller.js';
import { ProjectsController } from './projects.controller.js';
import { Projects } from './projects.js';
import { TenantsModule } from './tenants.module.js';
import { Tenants } from './tenants.js';

@Module({})
export class AppModule {
  static of(issuers: Issuers): DynamicModule {
    const { operators, ...ofTenants } = issuers;
    const internalHosts = Object.values(ofTenants).map(({ issuer }) => new URL(issuer).host);
    return {
      module: AppModule,
      imports: [
        TenantsModule,
        AuthModule.forRoot({
          issuers: [operators.options({ organizationId: 'operators' })],
          // The sample's issuers are on this machine, where those of customers must never be.
          dynamicIssuers: { resolve: Tenants, internalHosts },
          tenant: { from: { param: 'workspace' }, hide: true },
          roles: { withinOrganization: true },
          impersonation: 'read-only',
        }),
      ],
      controllers: [ProjectsController, OperatorsController],
      providers: [Projects],
    };
  }
}
