import { Controller, Get } from '@nestjs/common';
import { OrgId, Roles, SameOrg } from 'nestjs-portcullis';
import { Documents, type Document } from './documents.js';

/** What belongs to an organization is for those in it. */
@Controller('organizations/:orgId')
@SameOrg('params.orgId')
export class OrganizationsController {
  constructor(private readonly documents: Documents) {}

  @Get('documents')
  list(@OrgId() organizationId: string): readonly Document[] {
    return this.documents.of(organizationId);
  }

  /** An admin of another organization is none here: roles hold within the organization of the token. */
  @Get('audit')
  @Roles('admin')
  audit(@OrgId() organizationId: string): object {
    return { organizationId, documents: this.documents.of(organizationId).length };
  }
}
