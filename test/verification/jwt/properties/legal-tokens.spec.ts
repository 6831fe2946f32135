import fc from 'fast-check';
import { AUDIENCE, ISSUERS, NOW, SIGNERS, type Signer } from './issuers.js';
import { legalTokens, type LegalToken } from './legal-tokens.js';
import { signedToken } from './signed-token.js';
import { subjects } from './subject.js';
import { refusalReason, verdictOn } from './verdict.js';

/** How many valid tokens are tried, a multiple of those side by side; more with `LEGAL_TOKENS=20000`. */
const TOKENS = Number(process.env['LEGAL_TOKENS'] ?? 10_000);
/** How many of them are verified side by side, as a server does. */
const AT_ONCE = 10;
/** How many of those are verified with the cache as well. */
const REMEMBERED_OF_THEM = 3;
/** How many tokens just beyond a boundary. */
const LATE_TOKENS = 1000;
const SEED = 20_260_731;
const TIMEOUT_MS = 180_000;

/** As a parser reads them, without what would become a prototype. */
function expectedClaims(payload: string): Record<string, unknown> {
  return JSON.parse(payload, (name, value: unknown) =>
    name === '__proto__' ? undefined : value,
  ) as Record<string, unknown>;
}

describe('A valid token', () => {
  const { forgetful, remembering } = subjects(ISSUERS, NOW * 1000);

  async function assertAccepted(
    { signer, text, payload }: LegalToken,
    index: number,
  ): Promise<void> {
    const expected = expectedClaims(payload);
    // The cache is asked while it does not know the token, and once it does.
    const asked = index < REMEMBERED_OF_THEM ? [forgetful, remembering, remembering] : [forgetful];
    for (const subject of asked) {
      const verdict = await verdictOn(subject, text);
      if (verdict.kind === 'refused') throw new Error(`Refused (${verdict.reason}): ${text}`);
      const { issuer, claims, expiresAt } = verdict.verified;
      // A matcher of Jest costs more than a verification.
      const isSame = JSON.stringify(claims) === JSON.stringify(expected);
      if (issuer !== signer.issuer.issuer || expiresAt !== expected['exp'] || !isSame) {
        throw new Error(`Accepted as something else: ${text}`);
      }
    }
  }

  it(
    `is never refused, in ${TOKENS}`,
    async () => {
      const tried = new Map<Signer, number>(SIGNERS.map((signer) => [signer, 0]));
      let longest = 0;
      // RSA signs twenty times as slowly as the others.
      const rare = /^[RP]S/;
      const token = fc.oneof(
        ...SIGNERS.map((signer) => ({
          arbitrary: legalTokens(signer),
          weight: rare.test(signer.alg) ? 1 : 4,
        })),
      );
      const together = fc.array(token, { minLength: AT_ONCE, maxLength: AT_ONCE });
      await fc.assert(
        fc.asyncProperty(together, async (tokens) => {
          await Promise.all(tokens.map(assertAccepted));
          for (const { signer, text } of tokens) {
            tried.set(signer, (tried.get(signer) ?? 0) + 1);
            longest = Math.max(longest, text.length);
          }
        }),
        { seed: SEED, numRuns: TOKENS / AT_ONCE, endOnFailure: true },
      );
      const counts = [...tried.values()];
      expect(counts.reduce((sum, count) => sum + count)).toBe(TOKENS);
      expect(Math.min(...counts)).toBeGreaterThan(TOKENS / SIGNERS.length / 4);
      expect(longest).toBe(8192);
    },
    TIMEOUT_MS,
  );

  it(`is refused beyond the tolerance of the clocks, in ${LATE_TOKENS}`, async () => {
    const beyond = fc.constantFrom(0.001, 0.5, 1, 2, 1e6);
    const claim = fc.constantFrom('exp' as const, 'nbf' as const, 'iat' as const);
    // RSA has nothing to do with it.
    const signers = SIGNERS.filter(({ alg }) => !/^[RP]S/.test(alg));
    const late = fc.tuple(fc.constantFrom(...signers), claim, fc.oneof(beyond, fc.constant(0)));
    await fc.assert(
      fc.asyncProperty(late, async ([signer, name, by]) => {
        const { issuer, clockToleranceSeconds: tolerance } = signer.issuer;
        const common = { iss: issuer, aud: AUDIENCE, sub: 'ann', jti: '1', client_id: 'shop' };
        // `exp` is the first moment at which a token is no longer good, `nbf` the first at which it is.
        fc.pre(name === 'exp' || by > 0);
        const at = name === 'exp' ? NOW - tolerance - by : NOW + tolerance + by;
        const claims = { ...common, iat: NOW, exp: NOW + 300, [name]: at };
        const { text } = signedToken(signer, { alg: signer.alg, typ: 'at+jwt' }, claims);
        const expected = name === 'exp' ? 'token_expired' : 'token_not_active';
        expect(await refusalReason(forgetful, text)).toBe(expected);
        expect(await refusalReason(remembering, text)).toBe(expected);
      }),
      { seed: SEED, numRuns: LATE_TOKENS, endOnFailure: true },
    );
  });
});
