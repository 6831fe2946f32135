import { jest } from '@jest/globals';
import { decodeProtectedHeader } from 'jose';
import type { AuthModuleOptions, IssuerOptions } from '../../../lib/index.js';
import { ADAPTERS, get, start, type RunningApplication } from './application.js';
import { OpenidProvider } from './openid-provider.js';
import { OrdersApi } from './orders-api.js';

const KID = 'key-1';

describe.each(['issuers', 'dynamicIssuers'])('two OpenID providers as %s', (way) => {
  describe.each(ADAPTERS)('on %s', (adapter) => {
    let one: OpenidProvider;
    let other: OpenidProvider;
    let api: RunningApplication;

    const optionsOf = ({ issuer }: OpenidProvider, tenant: string): IssuerOptions => ({
      issuer,
      audience: `urn:${tenant}`,
      organizationId: null,
      claims: { organizationId: 'client_id' },
    });

    function known(): Pick<AuthModuleOptions, 'issuers' | 'dynamicIssuers'> {
      const issuers = [optionsOf(one, 'one'), optionsOf(other, 'other')];
      if (way === 'issuers') return { issuers };
      const resolve = (name: string): IssuerOptions | undefined =>
        issuers.find(({ issuer }) => issuer === name);
      return { dynamicIssuers: { resolve, internalHosts: ['127.0.0.1'] } };
    }

    beforeAll(() => {
      jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    });

    beforeEach(async () => {
      one = await OpenidProvider.start(KID);
      other = await OpenidProvider.start(KID);
      api = await start(adapter, { controllers: [OrdersApi], auth: known() });
    });

    afterEach(async () => {
      await api.close();
      await one.close();
      await other.close();
    });

    const enter = async (token: string): Promise<unknown> => {
      const { status, body } = await get(`${api.url}/profile`, token);
      return status === 200 ? body['issuer'] : status;
    };

    it('F29: with the same client and the same kid, each opens its own tenant and no other', async () => {
      const [ofOne, ofOther] = [await one.token('urn:one'), await other.token('urn:other')];
      for (const token of [ofOne, ofOther]) {
        expect(decodeProtectedHeader(token)).toMatchObject({ kid: KID });
      }
      for (let times = 0; times < 3; times += 1) {
        expect(await enter(ofOne)).toBe(one.issuer);
        expect(await enter(ofOther)).toBe(other.issuer);
      }
      // Meant for the other's API, or for the other's issuer.
      expect(await enter(await one.token('urn:other'))).toBe(401);
      expect(await enter(await other.token('urn:one'))).toBe(401);
      expect(await enter(asIfOf(other.issuer, await one.token('urn:other')))).toBe(401);
      expect(await enter(asIfOf(one.issuer, await other.token('urn:one')))).toBe(401);
    });
  });
});

/** The token with another issuer in it, under its old signature. */
function asIfOf(iss: string, token: string): string {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
  const swapped = Buffer.from(JSON.stringify({ ...claims, iss })).toString('base64url');
  return `${header}.${swapped}.${signature}`;
}
