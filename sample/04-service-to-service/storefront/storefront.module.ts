import { Module, type DynamicModule } from '@nestjs/common';
import { AuthModule } from 'nestjs-portcullis';
import { BILLING, DEMO_CLIENT_SECRET, STOREFRONT } from '../demo-values.js';
import { serviceLog } from '../service-log.js';
import { BillingClient } from './billing-client.js';
import { OrdersController } from './orders.controller.js';
import { ReportsController } from './reports.controller.js';

/** Whose tokens count, and where billing is. */
interface Addresses {
  readonly issuer: string;
  readonly billing: string;
}

@Module({})
export class StorefrontModule {
  static of({ issuer, billing }: Addresses): DynamicModule {
    return {
      module: StorefrontModule,
      imports: [
        AuthModule.forRoot({
          issuers: [{ issuer, audience: STOREFRONT }],
          services: {
            billing: {
              baseUrl: billing,
              issuer,
              clientId: 'storefront',
              clientSecret: DEMO_CLIENT_SECRET,
              resource: BILLING,
              scope: 'invoices:read',
            },
          },
          requestLog: serviceLog('storefront'),
        }),
      ],
      controllers: [OrdersController, ReportsController],
      providers: [BillingClient],
    };
  }
}
