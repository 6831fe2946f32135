// What remains in memory of a million bad API keys, and of a million bad tokens, when each is another.
// After `npm run build`: `node --expose-gc bench/credentials-memory.mjs [count]`. Some four minutes.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { exportJWK, SignJWT } from 'jose';
import { Credential } from '../dist/core/credential.js';
import { Concealed } from '../dist/core/concealed.js';
import { MemoryApiKeyStore } from '../dist/stores/memory-api-key-store.js';
import { resolveIssuer } from '../dist/module/options/resolve-issuer.js';
import { resolveKeySets } from '../dist/module/options/resolve-key-sets.js';
import { ApiKeyVerifier } from '../dist/verification/api-key/api-key-verifier.js';
import { CachingIntrospectionVerifier } from '../dist/verification/introspection/caching-introspection-verifier.js';
import { IntrospectionVerifier } from '../dist/verification/introspection/introspection-verifier.js';
import { CachingJwtVerifier } from '../dist/verification/jwt/caching-jwt-verifier.js';
import { FixedIssuers } from '../dist/verification/jwt/issuer-registry.js';
import { JwtVerifier } from '../dist/verification/jwt/jwt-verifier.js';
import { JwksService } from '../dist/verification/jwt/keys/jwks-service.js';

const COUNT = Number(process.argv[2] ?? 1_000_000);
/** Fewer than any cache holds, so that what caches hold counts as well. */
const WARM_UP = 200;
const AT_ONCE = 100;
const MEGABYTE = 1024 * 1024;
const ALLOWED = 5 * MEGABYTE;

const ISSUER = 'https://login.example.test/';
const JWKS_URI = `${ISSUER}jwks`;
const AUDIENCE = 'api://orders';
const PREFIX = 'acme_live';
const clock = Date.now;

if (typeof globalThis.gc !== 'function') throw new Error('Run me with --expose-gc');

let jwks = { keys: [] };
let isActive = false;
// The one thing that is not real: the network.
globalThis.fetch = async (url) => {
  const body = String(url) === JWKS_URI ? jwks : introspected();
  return Response.json(body);
};

function introspected() {
  if (!isActive) return { active: false };
  const exp = Math.floor(Date.now() / 1000) + 600;
  return { active: true, iss: ISSUER, aud: AUDIENCE, sub: 'somebody', exp };
}

const digits = (bytes) => randomBytes(bytes).toString('hex');
const failures = [];
const rows = [];

await apiKeys();
await opaqueTokens();
await jwts();

console.table(rows);
for (const failure of failures) console.error(`FAILED: ${failure}`);
process.exitCode = failures.length === 0 ? 0 : 1;

async function apiKeys() {
  const store = new MemoryApiKeyStore();
  store.insert({ id: '0'.repeat(16), hash: '0'.repeat(64), subject: 'somebody' });
  const facts = {
    kind: 'apiKey',
    prefix: PREFIX,
    scheme: 'ApiKey',
    timeoutMs: 1000,
    asked: 'find',
    clock,
  };
  const verifier = new ApiKeyVerifier({ ...facts, find: async (id) => store.find(id) });
  const crafted = (id) => {
    const unchecked = `${PREFIX}_${id}_${digits(32)}`;
    return unchecked + crc32(unchecked).toString(16).padStart(8, '0');
  };
  await measure('API keys, unknown', verifier, () => crafted(digits(8)), { share: 0.4 });
  await measure('API keys, wrong secret', verifier, () => crafted('0'.repeat(16)), { share: 0.3 });
  await measure('API keys, junk', verifier, () => digits(40), { share: 0.3 });
}

async function opaqueTokens() {
  const settings = {
    issuer: ISSUER,
    endpoint: new URL(`${ISSUER}introspect`),
    client: { id: 'api', method: 'client_secret_basic', secret: new Concealed(digits(32)) },
    audience: new Set([AUDIENCE]),
    clockToleranceSeconds: 5,
    tokenUse: undefined,
    namesUsers: false,
    demandsType: false,
    timeoutMs: 3000,
  };
  const asking = new IntrospectionVerifier({ kind: 'opaqueToken', settings, clock });
  const memory = { maxEntries: 10_000, maxAgeMs: 30_000 };
  const verifier = new CachingIntrospectionVerifier({ verifier: asking, clock, settings: memory });
  const sizes = () => verifier.size;
  await measure('opaque tokens, inactive', verifier, () => digits(32), { sizes, share: 0.5 });
  expectBounds(verifier.size, { active: 0, inactive: 512, underWay: 0 });
  await measure('opaque tokens, too long', verifier, () => digits(4100), { sizes, share: 0.02 });
  isActive = true;
  await present(verifier, () => digits(32), Math.min(COUNT, 30_000), false);
  rows.push({ what: 'opaque tokens, good (for comparison)', remembered: text(verifier.size) });
  expectBounds(verifier.size, { active: 10_000, inactive: 512, underWay: 0 });
}

function expectBounds(size, bounds) {
  for (const [name, most] of Object.entries(bounds)) {
    if (size[name] > most) failures.push(`${name}: ${size[name]} are remembered, ${most} may be`);
  }
}

async function jwts() {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'a', alg: 'RS256', use: 'sig' }] };
  const issuers = [
    resolveIssuer('issuer', { issuer: ISSUER, audience: AUDIENCE, jwksUri: JWKS_URI }),
  ];
  const settings = resolveKeySets({ keySets: {} });
  const service = new JwksService(issuers, { clock, settings, fetch, emit: () => undefined });
  const verifier = new CachingJwtVerifier({
    verifier: new JwtVerifier(new FixedIssuers(issuers), { jwks: service, clock, kind: 'jwt' }),
    jwks: service,
    clock,
    settings: { maxEntries: 10_000, maxAgeMs: 300_000 },
  });
  const sign = (claims) =>
    new SignJWT({ iss: ISSUER, aud: AUDIENCE, sub: 'somebody', ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: 'a' })
      .setExpirationTime('1h')
      .sign(privateKey);
  const good = await sign({});
  await verifier.verify(new Credential('header', good));
  const unsigned = good.slice(0, good.lastIndexOf('.') + 1);
  const long = await sign({ filler: 'x'.repeat(5500) });
  const unsignedLong = long.slice(0, long.lastIndexOf('.') + 1);
  const badly = (text) => () => text + randomBytes(256).toString('base64url');
  const payload = unsigned.split('.')[1];
  const headed = (header) =>
    `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${payload}.`;
  const stranger = () => badly(headed({ alg: 'RS256', kid: digits(16) }))();
  await measure('JWTs, bad signature', verifier, badly(unsigned), { share: 0.2 });
  await measure('JWTs, bad signature, 8 KB', verifier, badly(unsignedLong), { share: 0.02 });
  await measure('JWTs, unknown key', verifier, stranger, { share: 0.16 });
  await measure('JWTs, junk', verifier, () => `${digits(20)}.${digits(20)}.${digits(20)}`, {
    share: 0.1,
  });
  await service.close?.();
}

/** Presents so many credentials, each another, and notes what remains of them. */
async function measure(what, verifier, next, { share, sizes }) {
  const count = Math.round(COUNT * share);
  await present(verifier, next, WARM_UP);
  const before = await heap();
  const began = performance.now();
  await present(verifier, next, count);
  const seconds = (performance.now() - began) / 1000;
  const growth = (await heap()) - before;
  if (growth > ALLOWED) failures.push(`${what}: ${megabytes(growth)} MB remain`);
  rows.push({
    what,
    count,
    'grown by (MB)': megabytes(growth),
    'each (µs)': ((seconds / count) * 1e6).toFixed(1),
    remembered: sizes ? text(sizes()) : '',
  });
}

async function present(verifier, next, count, isRefused = true) {
  for (let done = 0; done < count; done += AT_ONCE) {
    const verdicts = Array.from({ length: AT_ONCE }, () => verdict(verifier, next()));
    for (const each of await Promise.all(verdicts)) {
      if (each !== isRefused) throw new Error('A credential is not what it should be');
    }
  }
}

/** Whether a credential is refused, for a fault of its own. */
async function verdict(verifier, value) {
  try {
    await verifier.verify(new Credential('header', value));
    return false;
  } catch (failure) {
    if (failure.status !== 401) throw failure;
    return true;
  }
}

async function heap() {
  for (let round = 0; round < 3; round += 1) {
    globalThis.gc();
    await new Promise(setImmediate);
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function megabytes(bytes) {
  return (bytes / MEGABYTE).toFixed(2);
}

function text(size) {
  return Object.entries(size)
    .map(([name, number]) => `${name} ${number}`)
    .join(', ');
}
