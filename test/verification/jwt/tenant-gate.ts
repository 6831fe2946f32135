import { AuthUnavailable, InvalidCredential } from '../../../lib/core/auth-error.js';
import { Credential } from '../../../lib/core/credential.js';
import type { DynamicIssuerOptions, IssuerOptions } from '../../../lib/index.js';
import { resolveOptions } from '../../../lib/module/options/resolve-options.js';
import type { ClaimMaps } from '../../../lib/principal/principal-mapper.js';
import { CachingJwtVerifier } from '../../../lib/verification/jwt/caching-jwt-verifier.js';
import { DynamicIssuers } from '../../../lib/verification/jwt/dynamic-issuers.js';
import { FixedIssuers } from '../../../lib/verification/jwt/issuer-registry.js';
import { JwtVerifier } from '../../../lib/verification/jwt/jwt-verifier.js';
import { JwksService } from '../../../lib/verification/jwt/keys/jwks-service.js';
import { surroundings } from './keys/surroundings.js';

export type Answer = IssuerOptions | null | undefined | false;

/** What an application has of all this, without the application. */
interface Gate {
  /** Where the tokens say what, as the options have it. */
  readonly claimMaps: ClaimMaps;
  readonly subject: DynamicIssuers;
  readonly jwks: JwksService;
  readonly verifier: CachingJwtVerifier;
  /** What becomes of a token. */
  readonly present: (token: string) => Promise<string>;
  /** Whether the answer is there at once. */
  readonly isWarm: (token: string) => boolean;
  /** Moves the clock. */
  readonly advance: (seconds: number) => void;
  /** The names that the resolver was asked about. */
  readonly asked: readonly string[];
  /** What failed without anybody waiting for it. */
  readonly failures: readonly unknown[];
}

/** The issuer of no organization, where its options do not say whose it is. */
function ofNobody(answer: Answer): Answer {
  const isIssuer = typeof answer === 'object' && answer !== null && 'issuer' in answer;
  return isIssuer ? { organizationId: null, ...answer } : answer;
}

/** Has issuers looked up, those on loopback as well unless a test says otherwise. */
export function gate(
  resolve: (issuer: string) => Answer | Promise<Answer>,
  more: Partial<DynamicIssuerOptions> = {},
  issuers: readonly IssuerOptions[] = [],
): Gate {
  let now = Date.now();
  const clock = (): number => now;
  const asked: string[] = [];
  const failures: unknown[] = [];
  const options = resolveOptions({
    ...(issuers.length > 0 && { issuers }),
    dynamicIssuers: {
      internalHosts: ['127.0.0.1'],
      ...more,
      resolve: (issuer) => {
        asked.push(issuer);
        const answer = resolve(issuer);
        return answer instanceof Promise ? answer.then(ofNobody) : ofNobody(answer);
      },
    },
  });
  const jwks = new JwksService(options.issuers, surroundings({}, { clock }));
  const { resolver, ...parts } = options.dynamicIssuers;
  const subject = new DynamicIssuers({
    ...parts,
    jwks,
    clock,
    fixed: new FixedIssuers(options.issuers),
    resolve: (name) => resolver.in(() => ({})).resolve(name),
    onFailure: (failure) => void failures.push(failure),
  });
  const verifier = new CachingJwtVerifier({
    verifier: new JwtVerifier(subject, { jwks, clock }),
    jwks,
    clock,
    settings: { maxEntries: 1000, maxAgeMs: 3_600_000 },
  });
  const present = async (token: string): Promise<string> => {
    try {
      await verifier.verify(new Credential('header', token));
      return 'accepted';
    } catch (failure) {
      if (failure instanceof InvalidCredential) return failure.reason;
      if (failure instanceof AuthUnavailable) return `503 ${failure.reason}`;
      throw failure;
    }
  };
  const isWarm = (token: string): boolean => {
    const answer = verifier.verify(new Credential('header', token));
    if (!(answer instanceof Promise)) return true;
    answer.catch(() => undefined);
    return false;
  };
  const advance = (seconds: number): void => void (now += seconds * 1000);
  const { claimMaps } = options;
  return { claimMaps, subject, jwks, verifier, present, isWarm, advance, asked, failures };
}
