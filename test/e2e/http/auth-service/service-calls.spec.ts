import { AuthService, OutsideRequestError, type TokenPurpose } from '../../../../lib/index.js';
import { Logger } from '@nestjs/common';
import axios from 'axios';
import { TestIssuer } from '../../../../lib/testing/index.js';
import { answer, TokenServer, tokens } from '../../../outbound/token-server.js';
import { start, type RunningApplication } from '../application.js';

/** Jobs, and mistakes in calls, that need no request. */
describe('calling services outside of a request', () => {
  let issuer: TestIssuer;
  let server: TokenServer;
  let app: RunningApplication;
  let without: RunningApplication;
  let auth: AuthService;

  const boot = (context: boolean): Promise<RunningApplication> =>
    start('express', {
      auth: {
        context,
        issuers: [issuer.options()],
        services: {
          billing: {
            baseUrl: server.url.origin,
            tokenEndpoint: server.url.href,
            clientId: 'shop',
            clientSecret: 'secret',
            scope: 'invoices:read',
          },
          bare: { tokenEndpoint: server.url.href, clientId: 'shop', clientSecret: 'secret' },
        },
      },
    });

  beforeAll(async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
    server = await TokenServer.start();
    app = await boot(true);
    without = await boot(false);
    auth = app.app.get(AuthService);
  });

  beforeEach(() => {
    server.behaviour = tokens();
    server.asked.length = 0;
  });

  afterAll(async () => {
    await app.close();
    await without.close();
    await server.close();
    await issuer.close();
  });

  it.each<[string, (auth: AuthService) => unknown]>([
    ['organizationId()', (each) => each.organizationId()],
    ['claims()', (each) => each.claims()],
    ['credentials()', (each) => each.credentials()],
    ['credentialKind', (each) => each.credentialKind],
    ['hasRole()', (each) => each.hasRole('a')],
    ['hasScope()', (each) => each.hasScope('a')],
    ['hasPermission()', (each) => each.hasPermission('a')],
    ['requestId()', (each) => each.requestId()],
    [
      'assertOwner()',
      (each) => {
        each.assertOwner({});
      },
    ],
    ['fetch()', (each) => each.fetch('billing', '/', { as: 'user' })],
    ['exchange()', (each) => each.exchange('billing')],
    ['headers()', (each) => each.headers('billing', { as: 'user', address: server.url.href })],
  ])('%s is named where it is called', async (call, make) => {
    const failureOf = async (each: AuthService): Promise<unknown> => {
      try {
        return await make(each);
      } catch (failure) {
        return failure;
      }
    };
    const outside = await failureOf(auth);
    expect(outside).toBeInstanceOf(OutsideRequestError);
    expect(String(outside)).toContain(`AuthService.${call} is called outside of a request`);
    const never = await failureOf(without.app.get(AuthService));
    expect(never).toBeInstanceOf(OutsideRequestError);
    expect(String(never)).toContain(`AuthService.${call} knows of no request, because the option`);
  });

  it('axios is not attached for callers that nobody will know', () => {
    const attach = (): unknown =>
      without.app.get(AuthService).attach(axios.create(), 'billing', { as: 'user' });
    expect(attach).toThrow('AuthService.attach() knows of no request');
  });

  it('a purpose is a text or a list', async () => {
    await auth.serviceToken('billing', { scope: ['a', 'b'] });
    await auth.serviceToken('billing', { scope: 'a b', resource: 'urn:r' });
    expect(server.asked.map(({ parameters }) => parameters)).toEqual([
      { grant_type: 'client_credentials', scope: 'a b' },
      { grant_type: 'client_credentials', scope: 'a b', resource: 'urn:r' },
    ]);
  });

  it.each<[unknown, string]>([
    [{ scopes: 'x' }, 'serviceToken().scopes is no option. Remove it, or correct its name: scope.'],
    [{ scope: 'a,b' }, 'serviceToken().scope has a comma. Give names'],
    [{ scope: 7 }, 'serviceToken().scope names nothing. Give names'],
    [{ audience: '' }, 'serviceToken().audience is not a non-empty string'],
    ['x', 'serviceToken() is given a purpose that is no object. Give'],
    [null, 'serviceToken() is given a purpose that is no object. Give'],
  ])('a purpose is not %j', async (purpose, sentence) => {
    await expect(auth.serviceToken('billing', purpose as TokenPurpose)).rejects.toThrow(sentence);
    expect(server.asked).toEqual([]);
  });

  it('the log tells for what no token is granted, and what may help', async () => {
    const lines: string[] = [];
    const write = (line: unknown): number => lines.push(String(line));
    Logger.overrideLogger({ log: write, error: write, warn: write });
    server.behaviour = answer(401, '{"error":"invalid_client"}');
    const refused = auth.serviceToken('billing', { scope: 'nope' });
    await expect(refused).rejects.toMatchObject({
      reason: 'token_endpoint_rejected',
      detail: expect.stringMatching(
        /^services\.billing \(scope "nope"\): .*invalid_client$/,
      ) as unknown,
    });
    Logger.overrideLogger(false);
    expect(lines).toEqual([
      expect.stringMatching(
        /^No token for billing \(scope "nope"\) is granted; there is none: .*'client_secret_post'$/,
      ),
    ]);
  });

  it.each<[() => unknown, string]>([
    [
      () => auth.serviceToken('biling'),
      'No such service is configured. Call one that services has',
    ],
    [() => auth.serviceToken('biling'), 'or add it there: billing.'],
    [() => auth.fetch('bare', '/', { as: 'service' }), 'Give it one: services.bare.baseUrl.'],
    [() => auth.fetch('billing', '//a.test:x/', { as: 'service' }), 'below its baseUrl'],
  ])('says what to do: %#', async (call, cure) => {
    await expect(call()).rejects.toThrow(cure);
  });
});
