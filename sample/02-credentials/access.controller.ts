import { Controller, Delete, HttpCode, NotFoundException, Param, Post } from '@nestjs/common';
import { Accepts, OrgId, RevocationList, Roles } from 'nestjs-portcullis';
import { AuthorizationServer, ORGANIZATION_OF_PARTNER } from './authorization-server.js';
import { Users } from './users.js';

/** How admins shut somebody out before a session or a token ends by itself. */
@Controller()
@Accepts('session')
@Roles('admin')
export class AccessController {
  constructor(
    private readonly users: Users,
    private readonly revocations: RevocationList,
    private readonly server: AuthorizationServer,
  ) {}

  /** The session stays, and opens nothing any more. */
  @Post('users/:id/suspension')
  @HttpCode(204)
  suspend(@OrgId() organizationId: string, @Param('id') id: string): void {
    if (!this.users.suspend(id, organizationId)) throw new NotFoundException();
  }

  /** Every token that the partner has by now, though the server still says that it is active. */
  @Delete('partners/:id/tokens')
  @HttpCode(204)
  async revoke(@OrgId() organizationId: string, @Param('id') subject: string): Promise<void> {
    if (ORGANIZATION_OF_PARTNER.get(subject) !== organizationId) throw new NotFoundException();
    await this.revocations.revokeSubject({ issuer: this.server.issuer, subject });
  }
}
