import { protect as protectWithContext } from './public-with-context.mjs';

/** The same, with the context of requests switched off. */
export function protect(controller, issuer) {
  return protectWithContext(controller, issuer, { context: false });
}
