import { createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import fc from 'fast-check';
import { keyPairs, publicJwk, signersOf, SIGNERS } from '../issuers.js';
import { encoded, signedToken, type SignedToken } from '../signed-token.js';
import { schemeOf, signatureOf } from '../signing.js';
import { family, type MutationFamily } from './family.js';

const NONE = ['none', 'None', 'NONE', 'nOnE', 'none ', ' none', 'n\u043ene', '', null, undefined];

const isPublic = ({ signer }: SignedToken): boolean => signer.publicKey !== undefined;
const isSecret = (token: SignedToken): boolean => !isPublic(token);

/** All the texts and octets under which a public key is known: each could be taken for a secret. */
function publicOctets(key: KeyObject, kid = ''): readonly (string | Buffer)[] {
  const spki = key.export({ type: 'spki', format: 'pem' }).toString();
  const der = key.export({ type: 'spki', format: 'der' });
  const jwk = key.export({ format: 'jwk' });
  const numbers = [jwk.n, jwk.x, jwk.y].filter((each) => each !== undefined);
  const octets = numbers.map((each) => Buffer.from(each, 'base64url'));
  const pkcs1 = key.asymmetricKeyType === 'rsa';
  return [
    ...[spki, spki.trimEnd(), spki.replaceAll('\n', '\r\n'), spki.replaceAll('\n', '')],
    ...[spki.replaceAll('\n', '\\n'), spki.replaceAll(/-----.*-----|\n/g, '')],
    ...(pkcs1 ? [key.export({ type: 'pkcs1', format: 'pem' }).toString()] : []),
    ...(pkcs1 ? [key.export({ type: 'pkcs1', format: 'der' })] : []),
    ...[der, der.toString('base64'), der.toString('hex')],
    ...[JSON.stringify(jwk), JSON.stringify({ ...jwk, kid }), JSON.stringify({ keys: [jwk] })],
    ...[...numbers, ...octets, Buffer.concat(octets), Buffer.concat([Buffer.of(4), ...octets])],
    ...[kid, '', '[object CryptoKey]', '[object Object]', 'undefined', 'null', Buffer.alloc(32)],
  ];
}

/** What somebody might guess who knows the secret in part, or in another form. */
function nearSecrets(secret: Buffer): readonly (string | Buffer)[] {
  const text = secret.toString();
  return [
    ...[text.slice(1), text.slice(0, -1), `${text}\n`, ` ${text}`, text.toLowerCase(), ''],
    ...[secret.toString('base64'), secret.toString('hex'), Buffer.from(text, 'base64url')],
    ...[Buffer.alloc(32), 'secret', `${text}\0x`],
  ];
}

function withHmac(token: SignedToken, secret: string | Buffer, header: object): string {
  const { alg } = header as { alg: string };
  const input = `${encoded(JSON.stringify(header))}.${token.segments[1]}`;
  const key = createSecretKey(Buffer.from(secret));
  return `${input}.${encoded(signatureOf(input, key, schemeOf(alg)))}`;
}

const hmac = fc.constantFrom('HS256', 'HS384', 'HS512');

/** With a stranger's keys, under the names of the issuers' own. */
const STRANGERS = signersOf({ issuer: '', audience: null, clockToleranceSeconds: 0 }, keyPairs());

/** Tokens made anew, by whoever has no key of the issuer they name. */
export const FORGERIES: readonly MutationFamily[] = [
  family(
    'unsigned',
    fc.record({
      alg: fc.constantFrom(...NONE),
      signature: fc.constantFrom('', 'e30', 'AA', 'none', 'old' as const),
      dot: fc.boolean(),
      more: fc.dictionary(fc.string({ minLength: 1, maxLength: 8 }), fc.integer(), { maxKeys: 2 }),
    }),
    ({ header, segments }, { alg, signature, dot, more }) => {
      const input = [encoded(JSON.stringify({ ...header, ...more, alg })), segments[1]].join('.');
      const end = signature === 'old' ? segments[2] : signature;
      return dot || end !== '' ? `${input}.${end}` : input;
    },
  ),
  family(
    'an HMAC with the public key',
    fc.record({ alg: hmac, which: fc.nat({ max: 1000 }), keepsKid: fc.boolean() }),
    (token, { alg, which, keepsKid }) => {
      const { publicKey, kid } = token.signer;
      const secrets = publicKey ? publicOctets(publicKey, kid) : [];
      const header = { ...token.header, alg, kid: keepsKid ? kid : undefined };
      return withHmac(token, secrets[which % secrets.length] ?? '', header);
    },
    isPublic,
  ),
  family(
    'an HMAC with nearly the secret',
    fc.record({ alg: hmac, which: fc.nat({ max: 1000 }), more: fc.nat({ max: 100 }) }),
    (token, { alg, which, more }) => {
      const secrets = nearSecrets(token.signer.key.export());
      const header = { ...token.header, alg, more };
      return withHmac(token, secrets[which % secrets.length] ?? '', header);
    },
    isSecret,
  ),
  family(
    "an HMAC with the secret of another issuer's",
    fc.record({ alg: hmac, keepsAlg: fc.boolean() }),
    (token, { alg, keepsAlg }) => {
      const secret = SIGNERS.find(({ publicKey }) => !publicKey)?.key.export() as Buffer;
      const forged = withHmac(token, secret, { ...token.header, alg }).split('.');
      return [keepsAlg ? token.segments[0] : forged[0], forged[1], forged[2]].join('.');
    },
    isPublic,
  ),
  family(
    "a stranger's signature",
    fc.record({
      signer: fc.constantFrom(...STRANGERS),
      brings: fc.subarray(['jwk', 'jku', 'x5u', 'x5c'], { minLength: 0 }),
      kid: fc.constantFrom('kept', 'own', 'none', 'unknown'),
    }),
    ({ header, claims }, { signer, brings, kid }) => {
      const publicKey = createPublicKey(signer.key);
      const brought = {
        jwk: publicJwk(publicKey),
        jku: 'https://stranger.test/jwks',
        x5u: 'https://stranger.test/pem',
        x5c: [publicKey.export({ type: 'spki', format: 'der' }).toString('base64')],
      };
      const offers = Object.entries(brought).filter(([name]) => brings.includes(name));
      const named = { kept: header['kid'], own: signer.kid, none: undefined, unknown: 'x' }[kid];
      const all = { ...header, ...Object.fromEntries(offers), alg: signer.alg, kid: named };
      return signedToken(signer, all, claims).text;
    },
  ),
  family(
    "another issuer's signature",
    fc.record({ other: fc.constantFrom(...SIGNERS), keepsKid: fc.boolean() }),
    ({ signer, header, claims }, { other, keepsKid }) => {
      const kid = keepsKid ? header['kid'] : other.kid;
      const own = { ...header, alg: other.alg, kid };
      // Of the same issuer, it would be a valid token: then it is made to name yet another.
      const iss = other.issuer === signer.issuer ? 'https://nobody.test/' : claims['iss'];
      return signedToken(other, own, { ...claims, iss }).text;
    },
  ),
];
