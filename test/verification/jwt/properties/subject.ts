import { resolveIssuer } from '../../../../lib/module/options/resolve-issuer.js';
import type { IssuerOptions } from '../../../../lib/module/options/issuer-options.js';
import type { CredentialVerifier } from '../../../../lib/verification/credential-verifier.js';
import { CachingJwtVerifier } from '../../../../lib/verification/jwt/caching-jwt-verifier.js';
import { FixedIssuers } from '../../../../lib/verification/jwt/issuer-registry.js';
import { JwtVerifier } from '../../../../lib/verification/jwt/jwt-verifier.js';
import { JwksService } from '../../../../lib/verification/jwt/keys/jwks-service.js';
import { surroundings } from '../keys/surroundings.js';

/** The same verifier twice: one that verifies every token anew, and one that remembers them. */
export interface Subjects {
  readonly forgetful: CredentialVerifier;
  readonly remembering: CredentialVerifier;
}

/**
 * The only place that knows how a verifier is put together.
 *
 * @param now In milliseconds since the epoch. It stands still, so that a boundary is one.
 */
export function subjects(options: readonly IssuerOptions[], now: number): Subjects {
  const clock = (): number => now;
  const issuers = options.map((each) => resolveIssuer('issuer', each));
  const jwks = new JwksService(issuers, surroundings({}, { clock }));
  const forgetful = new JwtVerifier(new FixedIssuers(issuers), { jwks, clock });
  // Fewer entries than tokens, so that tokens are also forgotten.
  const settings = { maxEntries: 1000, maxAgeMs: 300_000 };
  const remembering = new CachingJwtVerifier({ verifier: forgetful, jwks, clock, settings });
  return { forgetful, remembering };
}
