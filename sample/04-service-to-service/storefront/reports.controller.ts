import { Controller, Get } from '@nestjs/common';
import { Roles } from 'nestjs-portcullis';
import { BillingClient } from './billing-client.js';

/** What a nightly job would ask, too: no user's token goes along. */
@Roles('manager')
@Controller('reports')
export class ReportsController {
  constructor(private readonly billing: BillingClient) {}

  @Get('invoices')
  async invoices(): Promise<object> {
    return { billing: await this.billing.report() };
  }
}
