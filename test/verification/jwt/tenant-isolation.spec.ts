import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import { AuthError } from '../../../lib/core/auth-error.js';
import { Credential } from '../../../lib/core/credential.js';
import type { AuthenticatedPrincipal } from '../../../lib/core/principal.js';
import type { IssuerOptions } from '../../../lib/index.js';
import { PrincipalMapper } from '../../../lib/principal/principal-mapper.js';
import { gate } from './tenant-gate.js';

/** How many requests are generated; in the environment, for a longer run. */
const REQUESTS = Number(process.env['PORTCULLIS_TENANT_REQUESTS'] ?? 10_000);
const TENANTS = 20;

/** The same for every tenant: the name of the key, of the client and of the user. */
const KID = 'key-1';
const NAMES = { client_id: 'web', sub: 'ann' };

interface Tenant {
  readonly index: number;
  readonly options: IssuerOptions;
  readonly privateKey: CryptoKey;
}

interface Sample {
  readonly token: string;
  readonly reasons: readonly string[];
  /** Whose it is; nobody's, where it is to be refused. */
  readonly tenant: number | undefined;
}

/** Every one has claims of its own: the organization is in a claim that means nothing to the others. */
async function makeTenant(index: number): Promise<Tenant> {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(publicKey)), kid: KID, alg: 'ES256', use: 'sig' };
  const name = String(index);
  return {
    index,
    privateKey,
    options: {
      issuer: `https://login.test/${name}`,
      audience: `api://${name}`,
      jwks: { keys: [jwk] },
      claims: { organizationId: `org-${name}`, roles: `roles-${name}` },
    },
  };
}

function sign(tenant: Tenant, audience: Tenant, signer: Tenant): Promise<string> {
  const all = Array.from({ length: TENANTS }, (_, index) => String(index));
  const claims = all.flatMap((name) => [
    [`org-${name}`, name],
    [`roles-${name}`, [`role-${name}`]],
  ]);
  return new SignJWT({ ...NAMES, ...(Object.fromEntries(claims) as Record<string, unknown>) })
    .setProtectedHeader({ alg: 'ES256', kid: KID, typ: 'at+jwt' })
    .setIssuer(tenant.options.issuer)
    .setAudience(audience.options.audience as string)
    .setIssuedAt()
    .setExpirationTime('1d')
    .sign(signer.privateKey);
}

async function samplesOf(tenant: Tenant, other: Tenant): Promise<readonly Sample[]> {
  const bad = { tenant: undefined, reasons: ['invalid_signature'] };
  return [
    { token: await sign(tenant, tenant, tenant), tenant: tenant.index, reasons: [] },
    // Signed by the other one's key of the same name; then the other one's token, the issuer swapped.
    { token: await sign(tenant, tenant, other), ...bad },
    { token: await sign(other, tenant, tenant), ...bad },
    { token: await sign(tenant, other, other), ...bad },
    { token: await sign(tenant, other, tenant), tenant: undefined, reasons: ['aud_mismatch'] },
  ];
}

/** The same sequence every time (mulberry32). */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

describe(`F29: ${String(REQUESTS)} requests of tenants that share names of keys, clients and users`, () => {
  const byName = new Map<string, Tenant>();
  const samples: Sample[] = [];

  beforeAll(async () => {
    const tenants = await Promise.all(
      Array.from({ length: TENANTS }, (_, index) => makeTenant(index)),
    );
    for (const tenant of tenants) byName.set(tenant.options.issuer, tenant);
    for (const tenant of tenants) {
      for (const step of [1, 7]) {
        const other = tenants[(tenant.index + step) % TENANTS] ?? tenant;
        samples.push(...(await samplesOf(tenant, other)));
      }
    }
  });

  it.each([
    ['all of whom are remembered', 50, {}],
    // As many as come together are remembered at least, so that nobody goes away unanswered.
    ['few of whom are remembered at a time', 5, { maxIssuers: 5 }],
    ['who are forgotten all the time', 50, { maxAgeSeconds: 10 }],
  ])(
    '%s: nobody gets into another tenant',
    async (_, atOnce, more) => {
      const { verifier, claimMaps, subject, advance, asked } = gate(
        (name) => Promise.resolve(byName.get(name)?.options),
        more,
      );
      const mapper = new PrincipalMapper(claimMaps);
      const outcome = async (token: string): Promise<AuthenticatedPrincipal | string> => {
        try {
          return mapper.map(await verifier.verify(new Credential('header', token)));
        } catch (failure) {
          if (failure instanceof AuthError) return failure.reason;
          throw failure;
        }
      };
      const random = randomFrom(29);
      const wrong: unknown[] = [];
      const counts = { accepted: 0, refused: 0 };
      for (let done = 0; done < REQUESTS; done += atOnce) {
        const chosen = Array.from({ length: atOnce }, () => samples[random(samples.length)]);
        const outcomes = await Promise.all(chosen.map((each) => outcome(each?.token ?? '')));
        outcomes.forEach((found, index) => {
          const sample = chosen[index];
          if (typeof found === 'string') counts.refused += 1;
          else counts.accepted += 1;
          if (!sample || !isRight(sample, found)) wrong.push({ sample, found });
        });
        if (random(20) === 0) subject.forget();
        if (random(5) === 0) advance(3);
      }
      expect(wrong).toEqual([]);
      expect(counts.accepted + counts.refused).toBe(REQUESTS);
      // A fifth of them is right.
      expect(counts.accepted / REQUESTS).toBeGreaterThan(0.15);
      expect(asked.length).toBeGreaterThan(TENANTS);
    },
    600_000,
  );
});

function isRight({ tenant, reasons }: Sample, found: AuthenticatedPrincipal | string): boolean {
  if (typeof found === 'string') return reasons.includes(found);
  const name = String(tenant);
  const isTheirs =
    found.issuer === `https://login.test/${name}` &&
    found.organizationId === name &&
    [...found.roles].join() === `role-${name}`;
  return tenant !== undefined && isTheirs;
}
