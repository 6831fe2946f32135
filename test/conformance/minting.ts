import { SignJWT } from 'jose';
import { signingKey } from './catalogue.js';
import { validClaims } from './requests.js';

const SIGNERS = { RS256: ['rsa', 'rsa-1'], ES256: ['ec', 'ec-1'], EdDSA: ['ed', 'ed-1'] } as const;

/** Signs a token as issuer A would. A claim that is `undefined` is left out. */
export async function mint(
  claims: Readonly<Record<string, unknown>> = {},
  alg: keyof typeof SIGNERS = 'ES256',
): Promise<string> {
  const [name, kid] = SIGNERS[alg];
  const key = await signingKey(name, alg);
  const payload = Object.entries({ ...validClaims(), ...claims }).filter(
    ([, value]) => value !== undefined,
  );
  return new SignJWT(Object.fromEntries(payload))
    .setProtectedHeader({ alg, kid, typ: 'at+jwt' })
    .sign(key);
}
