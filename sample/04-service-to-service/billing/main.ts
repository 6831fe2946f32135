import { requiredVariable } from '../required-variable.js';
import { startService } from '../start-service.js';
import { BillingModule } from './billing.module.js';

await startService('billing', BillingModule.of({ issuer: requiredVariable('ISSUER') }));
