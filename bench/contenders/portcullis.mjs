// The package is the repository around this folder, and is taken from where it is built: a copy in
// this folder's node_modules would find another Nest there, whose classes are not these.
import { AuthModule, Roles } from '../../dist/index.js';

/** The quick start of the README; `options` are what a contender changes of it. */
export function protect(controller, { issuer, audience }, options = {}) {
  Roles('reader')(controller);
  return { imports: [AuthModule.forRoot({ issuers: [{ issuer, audience }], ...options })] };
}
