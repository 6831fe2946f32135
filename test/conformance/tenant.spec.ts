import { Controller, Get } from '@nestjs/common';
import { SignJWT } from 'jose';
import {
  apiKey,
  ApiKeys,
  CurrentPrincipal,
  MemoryApiKeyStore,
  OrgId,
  type Principal,
  type TenantOptions,
} from '../../lib/index.js';
import { ADAPTERS } from '../e2e/http/application.js';
import { caseOf, signingKey, vectors } from './catalogue.js';
import { withoutVainChallenge } from './exceptions.js';
import { issuerA, issuerB, startFixture, type Fixture } from './fixture.js';
import { answerTo, type RawAnswer } from './raw-socket.js';
import { request, requestOf, validClaims } from './requests.js';
import { expectVerdict } from './verdict.js';

let handled = 0;

@Controller()
class TenantApi {
  @Get('t/:tenant/me')
  ofTenant(@CurrentPrincipal() { subject }: Principal, @OrgId() tenant: string): object {
    handled += 1;
    return { sub: subject, tenant };
  }

  @Get('mine')
  mine(@CurrentPrincipal() { subject }: Principal, @OrgId() tenant: string): object {
    handled += 1;
    return { sub: subject, tenant };
  }
}

/** A token of issuer A or B, which says that its tenant is the one of that name. */
async function tokenOfTenant(tenant: 'a' | 'b'): Promise<string> {
  const [name, issuer] =
    tenant === 'a' ? (['rsa', vectors.issuer_a] as const) : (['rsa_b', vectors.issuer_b] as const);
  const key = await signingKey(name, 'RS256');
  return new SignJWT({ ...validClaims(), iss: issuer, org_id: tenant })
    .setProtectedHeader({ alg: 'RS256', kid: 'rsa-1', typ: 'at+jwt' })
    .sign(key);
}

describe.each(ADAPTERS)('tenants on %s', (adapter) => {
  let fixture: Fixture;
  let ofA: string;

  async function guarded(from: TenantOptions['from']): Promise<void> {
    const keys = new ApiKeys({ prefix: 'portcullis_tenant', store: new MemoryApiKeyStore() });
    fixture = await startFixture(adapter, {
      controllers: [TenantApi],
      issuers: [issuerA(), issuerB()].map((each) => ({
        ...each,
        claims: { organizationId: 'org_id' },
      })),
      auth: { tenant: { from }, credentials: [apiKey({ keys })] },
    });
    const { key } = await keys.create({ subject: 'robot', organizationId: 'a' });
    ofA = `X-API-Key: ${key}`;
  }

  const bearerOf = async (tenant: 'a' | 'b'): Promise<string> =>
    `Authorization: Bearer ${await tokenOfTenant(tenant)}`;

  const ask = (target: string, ...headers: string[]): Promise<RawAnswer> =>
    answerTo(fixture.port, request(target, headers));

  const askHost = (host: string, ...headers: string[]): Promise<RawAnswer> => {
    const octets = ['GET /mine HTTP/1.1', `Host: ${host}`, ...headers, '', ''].join('\r\n');
    return answerTo(fixture.port, octets);
  };

  const expectRefused = (id: string, answer: RawAnswer, before: number): void => {
    expectVerdict(withoutVainChallenge(caseOf(id)), { answer, reason: fixture.reason() });
    expect([handled, fixture.reason()]).toEqual([before, 'organization_mismatch']);
  };

  const expectTenant = (answer: RawAnswer, tenant: string): void => {
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toMatchObject({ tenant });
  };

  beforeEach(() => {
    handled = 0;
  });

  afterEach(() => fixture.close());

  it('T-01 token of tenant A at tenant B path', async () => {
    await guarded({ param: 'tenant' });
    for (const [mine, other] of [
      ['a', 'b'],
      ['b', 'a'],
    ] as const) {
      const token = await bearerOf(mine);
      expectTenant(await ask(`GET /t/${mine}/me`, token), mine);
      expectRefused('T-01', await ask(`GET /t/${other}/me`, token), handled);
    }
  });

  it('T-02 token of tenant A with X-Tenant-Id: b, or Host b.example', async () => {
    await guarded([{ header: 'X-Tenant-Id' }, { host: '{tenant}.example' }]);
    const token = await bearerOf('a');
    expectTenant(await ask('GET /mine', token, 'X-Tenant-Id: a'), 'a');
    expectTenant(await askHost('a.example', token), 'a');
    expectRefused('T-02', await ask('GET /mine', token, 'X-Tenant-Id: b'), 2);
    expectRefused('T-02', await askHost('b.example', token), 2);
  });

  it('T-16 API key of tenant A at tenant B path', async () => {
    await guarded({ param: 'tenant' });
    expectTenant(await ask('GET /t/a/me', ofA), 'a');
    expectRefused('T-16', await ask('GET /t/b/me', ofA), 1);
  });

  it('T-20 host variants never lead to another tenant', async () => {
    await guarded({ host: '{tenant}.example' });
    const [a, b] = [await bearerOf('a'), await bearerOf('b')];
    for (const host of ['A.EXAMPLE', 'a.example.', 'a.example:8080', 'A.Example.:80']) {
      expectTenant(await askHost(host, a), 'a');
      expect((await askHost(host, b)).status).toBe(403);
    }
    // Another label, and none that is taken for the one that looks like it.
    expect((await askHost('xn--80ak6aa92e.example', a)).status).toBe(403);
    for (const host of ['a.example.evil.test', 'x.b.example', 'b.example..', '.example', '[::1]']) {
      const answer = await askHost(host, a);
      expect([200, 400]).toContain(answer.status);
      if (answer.status === 200) expectTenant(answer, 'a');
    }
  });

  it('T-21 X-Forwarded-Host: b.example with trust proxy off', async () => {
    await guarded({ host: '{tenant}.example' });
    const [a, b] = [await bearerOf('a'), await bearerOf('b')];
    // Were the header not ignored, each of these would be answered as the other one is.
    expectTenant(await askHost('a.example', a, 'X-Forwarded-Host: b.example'), 'a');
    expectRefused('T-21', await askHost('a.example', b, 'X-Forwarded-Host: b.example'), 1);
  });

  it('T-14 a claim that disagrees with the issuer', async () => {
    const ofIssuer = [issuerA(), issuerB()].map((each, index) => ({
      ...each,
      organizationId: index === 0 ? 'a' : 'b',
      claims: { organizationId: 'tid' },
    }));
    fixture = await startFixture(adapter, { controllers: [TenantApi], issuers: ofIssuer });
    const octets = (requestOf('T-14') ?? '').replace('GET /me ', 'GET /mine ');
    const answer = await answerTo(fixture.port, octets);
    expectVerdict(withoutVainChallenge(caseOf('T-14')), { answer, reason: fixture.reason() });
    expect([handled, fixture.reason()]).toEqual([0, 'organization_mismatch']);
    // Of whom the issuer is, there is no doubt.
    expectTenant(await ask('GET /mine', await bearerOf('a')), 'a');
  });
});
