import { Module, type DynamicModule } from '@nestjs/common';
import { AuthModule } from 'nestjs-portcullis';
import { BILLING } from '../demo-values.js';
import { serviceLog } from '../service-log.js';
import { InvoicesController } from './invoices.controller.js';
import { ReportsController } from './reports.controller.js';

@Module({})
export class BillingModule {
  static of({ issuer }: { readonly issuer: string }): DynamicModule {
    return {
      module: BillingModule,
      imports: [
        AuthModule.forRoot({
          issuers: [{ issuer, audience: BILLING }],
          // Programs that act for themselves enter where @Accepts('service') says so.
          machineCredentials: 'declared-only',
          requestLog: serviceLog('billing'),
        }),
      ],
      controllers: [InvoicesController, ReportsController],
    };
  }
}
