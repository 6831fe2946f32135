import { Controller, Get, Post } from '@nestjs/common';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { exportJWK, SignJWT } from 'jose';
import {
  Accepts,
  CurrentPrincipal,
  jwt,
  type AuthEvent,
  type AuthModuleOptions,
  type IssuerOptions,
  type Principal,
} from '../../../../lib/index.js';
import { ADAPTERS, start, type RunningApplication } from '../application.js';

@Controller()
class Api {
  @Get()
  me(@CurrentPrincipal() { subject, credentialKind }: Principal): object {
    return { subject, credentialKind };
  }
}

@Controller()
class Refresh {
  @Accepts('refresh')
  @Post('refresh')
  refresh(@CurrentPrincipal() { subject, credentialKind }: Principal): object {
    return { subject, credentialKind };
  }
}

const ISSUER = 'https://own.test/';
const secret = (name: string): string => name.padEnd(40, '.');
const [ACCESS, NEXT, REFRESH] = [secret('access'), secret('next'), secret('refresh')];
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString();

interface Minted {
  readonly claims?: object;
  readonly key: string | KeyObject;
  readonly alg?: string;
}

const mint = ({ claims = {}, key, alg = 'HS256' }: Minted): Promise<string> =>
  new SignJWT({ iss: ISSUER, aud: 'api', sub: 'ann', ...claims })
    .setProtectedHeader({ alg })
    .setExpirationTime('5m')
    .sign(typeof key === 'string' ? new TextEncoder().encode(key) : key);

describe.each(ADAPTERS)('keys given in the options, on %s', (adapter) => {
  const events: AuthEvent[] = [];
  let api: RunningApplication | undefined;

  const open = async (
    issuer: Partial<IssuerOptions>,
    credentials: AuthModuleOptions['credentials'] = [],
  ): Promise<void> => {
    api = await start(adapter, {
      controllers: credentials.length > 0 ? [Api, Refresh] : [Api],
      auth: {
        issuers: [{ issuer: ISSUER, audience: 'api', ...issuer }],
        credentials,
        onEvent: (event) => void events.push(event),
      },
    });
  };
  afterEach(() => api?.close());

  const send = async (token: string, path = ''): Promise<unknown> => {
    const method = path === '' ? 'GET' : 'POST';
    const headers = { authorization: `Bearer ${token}` };
    const { status } = await fetch(`${api?.url ?? ''}/${path}`, { method, headers });
    const event = events.findLast(({ type }) => type.startsWith('auth.'));
    return status < 300 ? status : event && 'reason' in event ? event.reason : status;
  };

  it('F2: HS256 with two secrets: neither kind of token passes for the other', async () => {
    const refresh = { issuer: ISSUER, audience: 'api', secret: REFRESH };
    await open({ secret: ACCESS }, [jwt({ kind: 'refresh', ...refresh })]);
    const [access, refreshing] = [await mint({ key: ACCESS }), await mint({ key: REFRESH })];
    expect(await send(access)).toBe(200);
    expect(await send(refreshing)).toBe('invalid_signature');
    expect(await send(refreshing, 'refresh')).toBe(201);
    expect(await send(access, 'refresh')).toBe('invalid_signature');
  });

  it('F2: with one secret, they are told apart by what they are for', async () => {
    const tokenUse = (value: string): object => ({ tokenUse: { claim: 'type', value } });
    const refresh = { issuer: ISSUER, audience: 'api', secret: ACCESS, ...tokenUse('refresh') };
    await open({ secret: ACCESS, ...tokenUse('access') }, [jwt({ kind: 'refresh', ...refresh })]);
    const access = await mint({ key: ACCESS, claims: { type: 'access' } });
    const refreshing = await mint({ key: ACCESS, claims: { type: 'refresh' } });
    expect(await send(access)).toBe(200);
    expect(await send(refreshing)).toBe('token_use_mismatch');
    expect(await send(refreshing, 'refresh')).toBe(201);
    expect(await send(access, 'refresh')).toBe('token_use_mismatch');
    expect(await send(await mint({ key: ACCESS }))).toBe('token_use_mismatch');
  });

  it.each([
    ['nothing', {}],
    ['one tokenUse', { tokenUse: { claim: 'type', value: 'refresh' } }],
    ['a shared secret among others', { secret: [NEXT, ACCESS] }],
    ['an audience more', { audience: ['api', 'other'] }],
    ['no audience', { audience: null }],
  ])('F2: what tells them apart by %s does not boot', async (_, more) => {
    const refresh = { issuer: ISSUER, audience: 'api', secret: ACCESS, ...more };
    await expect(open({ secret: ACCESS }, [jwt({ kind: 'refresh', ...refresh })])).rejects.toThrow(
      /cannot be told apart/,
    );
  });

  it('several secrets while they rotate', async () => {
    await open({ secret: [NEXT, ACCESS] });
    expect(await send(await mint({ key: ACCESS }))).toBe(200);
    expect(await send(await mint({ key: NEXT }))).toBe(200);
    expect(await send(await mint({ key: REFRESH }))).toBe('invalid_signature');
  });

  it.each([
    [[], /issuers\[0\]\.secret is a list of 0\. Give one secret/],
    [[ACCESS, 'short'], /issuers\[0\]\.secret is shorter than 32 bytes/],
    [[ACCESS, pem], /issuers\[0\]\.secret is a public key/],
    [[...'12345'].map((name) => name.padEnd(40, '.')), /a list of 5/],
  ])('secrets that are none do not boot: %j', async (secret, message) => {
    await expect(open({ secret })).rejects.toThrow(message);
  });

  it('F10 C3: a key as PEM, with line breaks or literal \\n, and no network', async () => {
    for (const publicKey of [pem, pem.replaceAll('\n', '\\n')]) {
      await open({ publicKey });
      expect(await send(await mint({ key: rsa.privateKey, alg: 'RS256' }))).toBe(200);
      await api?.close();
    }
  });

  it('F10: a key as JWK, and several while they rotate', async () => {
    const next = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const jwks = await Promise.all([rsa, next].map(({ publicKey }) => exportJWK(publicKey)));
    await open({
      publicKey: jwks.map((jwk, index) => ({ ...jwk, kid: String(index), alg: 'RS256' })),
    });
    for (const [index, { privateKey }] of [rsa, next].entries()) {
      const token = await new SignJWT({ iss: ISSUER, aud: 'api', sub: 'ann' })
        .setProtectedHeader({ alg: 'RS256', kid: String(index) })
        .setExpirationTime('5m')
        .sign(privateKey);
      expect(await send(token)).toBe(200);
    }
  });

  it('F12: issuer, audience and a tolerance of 5 s', async () => {
    await open({ secret: ACCESS });
    const at = (exp: number): Promise<string> =>
      new SignJWT({ iss: ISSUER, aud: 'api', sub: 'ann', exp: Math.floor(Date.now() / 1000) + exp })
        .setProtectedHeader({ alg: 'HS256' })
        .sign(new TextEncoder().encode(ACCESS));
    expect(await send(await mint({ key: ACCESS, claims: { iss: 'https://x.test/' } }))).toBe(
      'unknown_issuer',
    );
    expect(await send(await mint({ key: ACCESS, claims: { aud: 'x' } }))).toBe('aud_mismatch');
    expect(await send(await at(-2))).toBe(200);
    expect(await send(await at(-10))).toBe('token_expired');
  });

  it('F13: the algorithm is never taken from the token', async () => {
    await open({ publicKey: pem });
    const confused = await mint({ key: pem, alg: 'HS256' });
    expect(await send(confused)).toBe('alg_not_allowed');
    await api?.close();
    await open({ secret: ACCESS });
    expect(await send(await mint({ key: ACCESS, alg: 'HS512' }))).toBe('alg_not_allowed');
  });
});
