import { Module, type DynamicModule } from '@nestjs/common';
import { AuthModule, type IssuerOptions } from 'nestjs-portcullis';
import './authority-names.js';
import { CatalogController } from './catalog.controller.js';
import { DocumentsController } from './documents.controller.js';
import { Documents } from './documents.js';
import { MayRead } from './may-read.policy.js';
import { OrganizationsController } from './organizations.controller.js';

@Module({
  controllers: [CatalogController, DocumentsController, OrganizationsController],
  providers: [Documents, MayRead],
})
export class AppModule {
  static of(issuer: IssuerOptions): DynamicModule {
    const auth = AuthModule.forRoot({
      issuers: [issuer],
      undeclaredRoutes: 'deny',
      roles: { hierarchy: { admin: ['editor'], editor: ['member'] }, withinOrganization: true },
    });
    return { module: AppModule, imports: [auth] };
  }
}
