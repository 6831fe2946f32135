import { Controller, Get, Injectable, Param, Post } from '@nestjs/common';
import {
  ApiKeys,
  AuthService,
  Authorize,
  OptionalAuth,
  Public,
  RevocationList,
  Roles,
  type Policy,
} from '../../../lib/index.js';

@Injectable()
export class Never implements Policy {
  allows(): boolean {
    return false;
  }
}

@Injectable()
export class Failing implements Policy {
  allows(): boolean {
    throw new Error('the database is down');
  }
}

/** A handler for each kind of event. */
@Controller('orders')
export class EventsApi {
  constructor(
    private readonly auth: AuthService,
    private readonly keys: ApiKeys,
    private readonly revocations: RevocationList,
  ) {}

  @Get(':id')
  find(@Param('id') id: string): object {
    return { id };
  }

  @Roles('admin')
  @Post(':id/lines/:line')
  admin(): object {
    return {};
  }

  @OptionalAuth({ onInvalid: 'anonymous' })
  @Get('optional/:id')
  optional(): object {
    return {};
  }

  @Public()
  @Get('public/:id')
  public(): object {
    return {};
  }

  @Authorize(Never, {}, { dryRun: true })
  @Get('trial/:id')
  trial(): object {
    return {};
  }

  @Authorize(Failing)
  @Get('failing/:id')
  failing(): object {
    return {};
  }

  @Get('claims/:id')
  claims(): object {
    return this.auth.claims();
  }

  @Post('keys/:subject')
  async create(@Param('subject') subject: string): Promise<object> {
    const { key, record } = await this.keys.create({ subject, organizationId: 'acme' });
    return { key, id: record.id };
  }

  @Post('keys/:id/rotate')
  async rotate(@Param('id') id: string): Promise<object> {
    const { key, record } = await this.keys.rotate(id, {
      overlapSeconds: 0,
      expiresInSeconds: 60,
    });
    return { key, id: record.id };
  }

  @Post('keys/:id/revoke')
  async revoke(@Param('id') id: string): Promise<object> {
    return { revoked: await this.keys.revoke(id) };
  }

  @Post('revocations/:issuer')
  async end(@Param('issuer') issuer: string): Promise<object> {
    await this.revocations.revokeToken({ issuer, tokenId: 'token-1' });
    await this.revocations.revokeSession({ issuer, sessionId: 'session\n1' });
    await this.revocations.revokeSubject({ issuer, subject: 'bob' });
    return {};
  }

  @Post('calls/:service')
  async call(@Param('service') service: string): Promise<object> {
    return { length: (await this.auth.serviceToken(service)).length };
  }
}
