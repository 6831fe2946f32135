import { Controller, Get } from '@nestjs/common';
import { Accepts, CurrentUser, Scopes, type Principal } from 'nestjs-portcullis';
import { INVOICES } from './invoices.js';

/** What services may know, and no user. */
@Accepts('service')
@Scopes('invoices:read')
@Controller('reports')
export class ReportsController {
  @Get('invoices')
  invoices(@CurrentUser() { kind, subject }: Principal): object {
    const total = INVOICES.reduce((sum, invoice) => sum + invoice.total, 0);
    return { count: INVOICES.length, total, kind, calledBy: subject };
  }
}
