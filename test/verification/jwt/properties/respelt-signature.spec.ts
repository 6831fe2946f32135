import fc from 'fast-check';
import { ISSUERS, NOW } from './issuers.js';
import { withSegment } from './mutations/family.js';
import { integer, octets, P256_ORDER } from './mutations/signatures.js';
import { ORIGINALS } from './original-tokens.js';
import { decoded, encoded, signedToken, type SignedToken } from './signed-token.js';
import { subjects } from './subject.js';
import { acceptedClaims } from './verdict.js';

const RUNS = 200;
const SEED = 20_260_730;

/** (r, s) and (r, n - s) are the two spellings of one ECDSA signature (SEC 1 section 4.1.4). */
function respelt(token: SignedToken): string {
  const signature = decoded(token.segments[2]);
  const s = P256_ORDER - integer(signature.subarray(32));
  return withSegment(token, 2, encoded(Buffer.concat([signature.subarray(0, 32), octets(s, 32)])));
}

/**
 * RFC 7518 section 3.4 does not ask for the smaller s, and WebCrypto does not either: whoever has a
 * token signed with ES256 can write it in a second way, and both are accepted. That gains nothing
 * as long as nothing takes the text of a token for its identity: what is accepted must be the same.
 */
describe('The other spelling of an ECDSA signature', () => {
  const { forgetful, remembering } = subjects(ISSUERS, NOW * 1000);
  const originals = ORIGINALS.filter(({ signer }) => signer.alg === 'ES256');

  it('is the same token, whoever is asked and in whatever order', async () => {
    const token = fc
      .tuple(fc.constantFrom(...originals), fc.string({ minLength: 1 }))
      .map(([{ signer, header, claims }, jti]) => signedToken(signer, header, { ...claims, jti }));
    await fc.assert(
      fc.asyncProperty(token, fc.boolean(), async (original, isReversed) => {
        const spellings = [original.text, respelt(original)];
        expect(new Set(spellings).size).toBe(2);
        for (const text of isReversed ? spellings.reverse() : spellings) {
          expect(await acceptedClaims(forgetful, text)).toEqual(original.claims);
          expect(await acceptedClaims(remembering, text)).toEqual(original.claims);
        }
      }),
      { seed: SEED, numRuns: RUNS, endOnFailure: true },
    );
  });
});
