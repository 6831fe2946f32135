import { runInNewContext } from 'node:vm';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import * as portcullis from '../../lib/index.js';
import {
  clerk,
  tesseral,
  type AuthModuleOptions,
  type IdentityProvider,
  type IssuerOptions,
} from '../../lib/index.js';
import { TestIssuer } from '../../lib/testing/index.js';
import { ADAPTERS, get, start } from '../e2e/http/application.js';
import { publishableKeyOf } from '../e2e/http/clerk/clerk-instance.js';
import { blocksIn, textOf, type ShownToken } from './page.js';
import { Api, serve, Signer } from './served.js';
import { VECTOR } from './tesseral/published-vector.js';
import { PUBLISHABLE_KEY } from './tesseral/tesseral-server.js';

/** The pairs of tokens and principals that a page shows. */
function shownOn(page: string): readonly (readonly [token: ShownToken, principal: object])[] {
  const blocks = blocksIn(textOf(page), 'json').map((each) => JSON.parse(each) as object);
  return blocks.flatMap((each, index) =>
    'payload' in each ? [[each as ShownToken, blocks[index + 1] ?? {}] as const] : [],
  );
}

const CLERK = clerk({
  publishableKey: publishableKeyOf('clerk.example.com'),
  authorizedParties: ['https://app.example.com'],
});
const TESSERAL = tesseral({
  publishableKey: PUBLISHABLE_KEY,
  projectId: VECTOR.configuration.projectId,
});

/** Without what says how keys are fetched. */
function unfetched({ issuers }: IdentityProvider): IdentityProvider {
  const isKept = ([name]: readonly [string, unknown]): boolean => name !== 'keySet';
  return {
    issuers: issuers.map(
      (issuer) =>
        Object.fromEntries(Object.entries(issuer).filter(isKept)) as unknown as IssuerOptions,
    ),
  };
}

describe.each(ADAPTERS)('the tokens that pages of providers show, on %s', (adapter) => {
  it.each([
    ['clerk', 2, CLERK],
    ['tesseral', 1, TESSERAL],
  ] as const)('A25: %s', async (page, count, provider) => {
    const signer = await Signer.generate();
    const pairs = shownOn(page);
    expect(pairs).toHaveLength(count);
    const alg = pairs[0]?.[0].header.alg;
    const api = await serve(adapter, [signer.stands(unfetched(provider), alg)]);
    for (const [{ header, payload }, principal] of pairs) {
      const token = await signer.sign({ header: { ...header, kid: 'key-1' }, payload });
      expect(await api.ask(token)).toEqual({ status: 200, principal, reason: undefined });
    }
    await api.close();
  });

  it('A25: with TestIssuer in the place of a provider, as the index tells', async () => {
    const blocks = blocksIn(textOf('README'), 'ts').filter((code) => code.includes('TestIssuer'));
    const code = blocks.map((each) => each.replace(/^import .*$/m, '')).join('\n');
    const given: AuthModuleOptions[] = [];
    const AuthModule = { forRoot: (options: AuthModuleOptions) => given.push(options) };
    const { tokens, issuers } = (await runInNewContext(
      `(async () => { ${code}; return { tokens: [ofRealm, ofAuth0], issuers: [realm, signer] }; })()`,
      { ...portcullis, TestIssuer, URL, AuthModule },
    )) as { readonly tokens: readonly string[]; readonly issuers: readonly TestIssuer[] };
    const shown = [{ roles: ['editor'] }, { permissions: ['orders:read'] }];
    for (const [index, token] of tokens.entries()) {
      expect(decodeProtectedHeader(token).typ).toBe('JWT');
      const auth = given[index] ?? {};
      const api = await start(adapter, { controllers: [Api], auth });
      expect(await get(api.url, token)).toMatchObject({ status: 200, body: shown[index] });
      await api.close();
    }
    for (const issuer of issuers) await issuer.close();
  });
});

it('the page of Tesseral shows a token that Tesseral made', () => {
  const [[shown] = []] = shownOn('tesseral');
  expect(shown).toEqual({
    header: decodeProtectedHeader(VECTOR.token),
    payload: decodeJwt(VECTOR.token),
  });
});
