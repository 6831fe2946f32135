import type { IncomingHttpHeaders } from 'node:http';
import { Controller, Get, Req } from '@nestjs/common';
import {
  AuthConfigurationError,
  AuthService,
  Public,
  type AuthModuleOptions,
} from '../../../../lib/index.js';
import { TestIssuer } from '../../../../lib/testing/index.js';
import { ADAPTERS, get, start, type RunningApplication } from '../application.js';

@Controller()
class Api {
  constructor(private readonly auth: AuthService) {}

  @Get('context')
  context(): object {
    return { forwarded: this.auth.forwardedContext() ?? null };
  }

  @Public()
  @Get('received')
  received(@Req() { headers }: { readonly headers: IncomingHttpHeaders }): object {
    return headers;
  }
}

describe.each(ADAPTERS)('the option context, on %s', (adapter) => {
  let issuer: TestIssuer;

  const boot = (auth: Partial<AuthModuleOptions>): Promise<RunningApplication> =>
    start(adapter, { controllers: [Api], auth: { issuers: [issuer.options()], ...auth } });

  beforeAll(async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
  });

  afterAll(() => issuer.close());

  const gateway = (): Promise<string> => issuer.token({ sub: 'gateway', client_id: 'gateway' });

  it('K8: context.stripHeaders believes constants of a trusted service, and of nobody else', async () => {
    const { issuer: name } = issuer.options();
    const trustedServices = [{ issuer: name, clientId: 'gateway' }];
    const stripHeaders = ['Admin-Action', 'zone'];
    const other = await boot({ context: { trustedServices, stripHeaders } });
    const said = { 'admin-action': 'true', zone: 'eu' };
    const ask = async (headers: Record<string, string>, token?: string): Promise<unknown> =>
      (await get(`${other.url}/context`, token, headers)).body['forwarded'];
    expect(await ask(said, await gateway())).toMatchObject({
      constants: { 'Admin-Action': 'true', zone: 'eu' },
    });
    expect(
      await ask({ 'admin-action': 'true', admin_action: 'true' }, await gateway()),
    ).toMatchObject({ constants: {} });
    expect(await ask(said, await issuer.token({ sub: 'ann' }))).toBeNull();
    const { body } = await get(`${other.url}/received`, undefined, { ...said, admin_action: 'x' });
    for (const each of ['admin-action', 'admin_action', 'zone'])
      expect(body).not.toHaveProperty(each);
    await other.close();
  });

  it.each([
    ['yes', /^context is not an object/],
    [{ trusted: [] }, /^context\.trusted is no option/],
    [{ trustedServices: {} }, /^context\.trustedServices is no list/],
    [{ trustedServices: ['gateway'] }, /^context\.trustedServices\[0\] is not an object/],
    [{ trustedServices: [{ clientId: 'a' }] }, /^context\.trustedServices\[0\]\.issuer is missing/],
    [
      { trustedServices: [{ issuer: 'https://other.example.com/', clientId: 'a' }] },
      /^context\.trustedServices\[0\]\.issuer is none of the issuers\. Copy/,
    ],
    [{ stripHeaders: 'Admin-Action' }, /^context\.stripHeaders is no list/],
    [{ stripHeaders: ['User-ID'] }, /^context\.stripHeaders says User-ID, which is told of/],
    [{ stripHeaders: ['authorization'] }, /^context\.stripHeaders says authorization, which has/],
    [{ stripHeaders: [7] }, /^context\.stripHeaders has what is no text\. Give a list of names/],
    [
      { stripHeaders: ['Zone'], keepHeaders: ['zone'] },
      /^context\.stripHeaders: Zone is a header that another option reads or keeps/,
    ],
    [{ keepHeaders: 'client-ip' }, /^context\.keepHeaders is no list/],
    [{ keepHeaders: ['client ip'] }, /^context\.keepHeaders has what is no name of a header/],
    [{ keepHeaders: ['clientip'] }, /^context\.keepHeaders: clientip is taken off no request/],
  ])('refuses context: %j', async (context, message) => {
    const booted = boot({ context: context as unknown as boolean });
    await expect(booted).rejects.toThrow(AuthConfigurationError);
    await expect(booted).rejects.toThrow(message);
  });
});
