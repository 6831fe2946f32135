import {
  BadRequestException,
  Body,
  Controller,
  HttpCode,
  NotFoundException,
  Param,
  Post,
} from '@nestjs/common';
import { DynamicIssuers, Roles } from 'nestjs-portcullis';
import { Tenants } from './tenants.js';

/** Those who run the product: people of an issuer of its own, who are in no tenant. */
@Roles('operator')
@Controller('operators/tenants')
export class OperatorsController {
  constructor(
    private readonly tenants: Tenants,
    private readonly issuers: DynamicIssuers,
  ) {}

  @Post()
  add(@Body() { id, issuer }: { readonly id?: unknown; readonly issuer?: unknown }): object {
    if (typeof id !== 'string' || typeof issuer !== 'string') throw new BadRequestException();
    this.tenants.add({ id, issuer });
    // Somebody may have tried before, in vain, which is remembered for a minute.
    this.issuers.forget(issuer);
    return { id, issuer };
  }

  @Post(':id/suspension')
  @HttpCode(200)
  suspend(@Param('id') id: string): object {
    const tenant = this.tenants.suspend(id);
    if (!tenant) throw new NotFoundException();
    // Not in five minutes, when it would be looked up again: with the next request.
    const wasKnown = this.issuers.forget(tenant.issuer);
    // If not, nobody came with a token of it yet; or it is written otherwise than in them.
    return { issuer: tenant.issuer, wasKnown };
  }
}
