export { TestIssuer, type TestIssuerOptions, type TestTokenOptions } from './test-issuer.js';
export { overrideAuth, type TestCaller, type TestPrincipal } from './override-auth.js';
