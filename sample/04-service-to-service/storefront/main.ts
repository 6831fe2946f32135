import { requiredVariable } from '../required-variable.js';
import { startService } from '../start-service.js';
import { StorefrontModule } from './storefront.module.js';

const issuer = requiredVariable('ISSUER');
const billing = requiredVariable('BILLING_URL');
await startService('storefront', StorefrontModule.of({ issuer, billing }));
