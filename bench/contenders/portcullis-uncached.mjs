import { protect as protectWithCache } from './portcullis.mjs';

/** Every token is verified every time. */
export function protect(controller, issuer) {
  return protectWithCache(controller, issuer, { tokenCache: false });
}
