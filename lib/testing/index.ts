export { TestIssuer, type TestIssuerOptions, type TestTokenOptions } from './test-issuer.js';
export { overrideAuth, type TestCaller } from './override-auth.js';
export type { TestPrincipal } from './test-principal.js';
export { mixTenants, type MixedTenants, type TenantMix } from './mix-tenants.js';
export type { TenantOperation, TenantTurn } from './mix/play.js';
