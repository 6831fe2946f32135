import { AuthModule, Public } from '../../dist/index.js';

/** A route that nobody guards, in an application that has the module. */
export function protect(controller, { issuer, audience }, options = {}) {
  Public()(controller);
  return { imports: [AuthModule.forRoot({ issuers: [{ issuer, audience }], ...options })] };
}
