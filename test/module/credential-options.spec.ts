import {
  apiKey,
  ApiKeys,
  basic,
  jwt,
  MemoryApiKeyStore,
  opaqueToken,
  session,
  type AuthModuleOptions,
} from '../../lib/index.js';
import { resolveOptions } from '../../lib/module/options/resolve-options.js';

const issuers = [{ issuer: 'https://login.test/', audience: 'api' }];
const keys = new ApiKeys({ prefix: 'acme', store: new MemoryApiKeyStore() });
const resolve = (): null => null;
const introspection = {
  issuer: 'https://login.test/',
  clientId: 'api',
  clientSecret: 'secret',
  audience: 'api',
};
const hasher = { hash: () => Promise.resolve(''), verify: () => Promise.resolve(false) };

const withCredential = (...credentials: unknown[]): AuthModuleOptions =>
  ({ issuers, credentials }) as AuthModuleOptions;

describe('the options of credentials', () => {
  it.each<[problem: string, options: AuthModuleOptions, message: RegExp]>([
    ['no list', { issuers, credentials: {} as never }, /^credentials is not a list\. Give a list/],
    ['a hole', withCredential(undefined), /^credentials\[0\] is not an object\. Give a list/],
    [
      'no kind',
      withCredential({ type: 'x', options: {} }),
      /\[0\] is no kind of credential\. Give/,
    ],
    ['no options', withCredential({ type: 'apiKey' }), /\[0\] is not an object\. Give an object/],
    ['no issuers and none', {}, /^issuers names nobody/],
    ['an empty list of issuers', { issuers: [], credentials: [apiKey({ keys })] }, /names nobody/],
    [
      'a name twice',
      withCredential(apiKey({ keys }), apiKey({ header: 'x-b', resolve })),
      /\[1\]\.kind is the name of another kind\. Give it a name/,
    ],
    [
      'a name with a meaning',
      withCredential(apiKey({ keys, kind: 'jwt' })),
      /\.kind has another meaning\. Give/,
    ],
    [
      'service as a name',
      withCredential(apiKey({ keys, kind: 'service' })),
      /\.kind has another meaning\. Give/,
    ],
    [
      'an empty name',
      withCredential(apiKey({ keys, kind: '' })),
      /\.kind is not a non-empty string\. Give/,
    ],
    [
      'the name of an issuer',
      withCredential(apiKey({ keys, kind: 'https://login.test/' })),
      /is the name of an issuer\. Give/,
    ],
    [
      'a misspelt option',
      withCredential(apiKey({ keys, heder: 'x' } as never)),
      /\[0\]\.heder is no option\. Remove it/,
    ],
    ['keys nowhere', withCredential(apiKey({})), /says nowhere where keys are known\. Give keys/],
    [
      'keys twice',
      withCredential(apiKey({ keys, resolve })),
      /has keys beside resolve\. Give keys/,
    ],
    [
      'keys that are none',
      withCredential(apiKey({ keys: {} as never })),
      /\.keys is no ApiKeys\. Give keys/,
    ],
    [
      'prefixes that are none',
      withCredential(opaqueToken({ prefix: [], resolve })),
      /\.prefix is missing\. Give what the tokens begin with/,
    ],
    [
      'one prefix of several that is another’s',
      withCredential(
        opaqueToken({ prefix: ['a_', 'b_'], resolve }),
        opaqueToken({ kind: 'other', prefix: ['c_', 'b_x_'], resolve }),
      ),
      /is found where opaqueToken is, and looks like it/,
    ],
    [
      'a prefix beside keys',
      withCredential(apiKey({ keys, prefix: 'b' })),
      /\.prefix means nothing beside keys\. Leave it out/,
    ],
    [
      'a pepper beside resolve',
      withCredential(apiKey({ resolve, pepper: 'x' })),
      /\.pepper means nothing beside resolve\. Leave it out/,
    ],
    [
      'find without a prefix',
      withCredential(apiKey({ find: resolve })),
      /\.prefix is missing\. Give the prefix/,
    ],
    [
      'a prefix in capitals',
      withCredential(apiKey({ find: resolve, prefix: 'Acme' })),
      /\.prefix is nothing that keys can begin with\. Use words/,
    ],
    [
      'a short pepper',
      withCredential(apiKey({ find: resolve, prefix: 'acme', pepper: 'short' })),
      /\.pepper is no secret of at least 32 bytes\. Make one/,
    ],
    [
      'onUsed that is none',
      withCredential(apiKey({ find: resolve, prefix: 'acme', onUsed: 1 as never })),
      /\.onUsed is not a function\. Give/,
    ],
    [
      'find that is none',
      withCredential(apiKey({ find: 1 as never, prefix: 'acme' })),
      /\.find has no method find\. Give a function/,
    ],
    [
      'a class without the method',
      withCredential(apiKey({ resolve: class {} as never })),
      /\.resolve has no method resolve\. Give a function/,
    ],
    [
      'a header with another meaning',
      withCredential(apiKey({ keys, header: 'Authorization' })),
      /\.header has another meaning\. Name a header/,
    ],
    [
      'a header that is none',
      withCredential(apiKey({ keys, header: 'x api' })),
      /\.header has a character .*\. Name a header/,
    ],
    [
      'a scheme that is none',
      withCredential(apiKey({ keys, scheme: 'Api Key' })),
      /\.scheme has a character .*\. Name a scheme/,
    ],
    [
      'a cookie that is none',
      withCredential(apiKey({ keys, cookie: 'a;b' })),
      /\.cookie has a character .*\. Name the cookie/,
    ],
    [
      'extract that is none',
      withCredential(apiKey({ keys, extract: 'x' as never })),
      /\.extract is not a function\. Give/,
    ],
    [
      'a long time',
      withCredential(apiKey({ keys, timeoutSeconds: 61 })),
      /\.timeoutSeconds is not a number of seconds between 0\.1 and 60\. Give/,
    ],
    [
      'declaredOnly that is none',
      withCredential(apiKey({ keys, declaredOnly: 'yes' as never })),
      /\.declaredOnly is no boolean\. Give true or false/,
    ],
    [
      'two that look alike',
      withCredential(apiKey({ resolve, header: 'x-k' }), opaqueToken({ resolve, header: 'X-K' })),
      /credentials: opaqueToken is found where apiKey is, and looks like it\. Give them prefixes/,
    ],
    [
      'prefixes of prefixes',
      withCredential(apiKey({ keys }), apiKey({ kind: 'b', find: resolve, prefix: 'acme_live' })),
      /looks like it\. Give them prefixes/,
    ],
    [
      'an opaque token with nobody to ask',
      withCredential(opaqueToken({})),
      /\.resolve is missing\. Give introspection/,
    ],
    [
      'two to ask',
      withCredential(opaqueToken({ resolve, introspection })),
      /\.resolve is given beside introspection\. Give/,
    ],
    [
      'an empty prefix',
      withCredential(opaqueToken({ resolve, prefix: '' })),
      /\.prefix is not a non-empty string\. Give/,
    ],
    [
      'a session without a cookie',
      withCredential(session({ resolve } as never)),
      /\.cookie is missing\. Name the cookie/,
    ],
    [
      'a session with a header',
      withCredential(session({ resolve, cookie: 's', header: 'x' } as never)),
      /\.header is no option\. Remove/,
    ],
    ['basic with nothing', withCredential(basic({})), /\.verify is missing\. Give verify/],
    [
      'basic with both',
      withCredential(basic({ verify: resolve, find: resolve, hasher })),
      /\.verify is given beside find or hasher\. Give/,
    ],
    [
      'basic without a hasher',
      withCredential(basic({ find: resolve })),
      /\.hasher is missing\. Give verify/,
    ],
    [
      'a hasher that does not verify',
      withCredential(basic({ find: resolve, hasher: { hash: hasher.hash } as never })),
      /\.hasher has no method verify\. Give/,
    ],
    [
      'a JWT without a name',
      withCredential(jwt({ ...issuers[0] } as never)),
      /\.kind is missing\. Say what/,
    ],
    [
      'a JWT without an audience',
      withCredential(jwt({ kind: 'r', issuer: 'https://a.test/' } as never)),
      /\.audience is missing\. Name this API/,
    ],
    [
      'a JWT like those of issuers',
      withCredential(jwt({ kind: 'r', issuer: 'https://login.test/', audience: 'api' })),
      /jwt\(\{ kind: 'r' \}\) cannot be told apart from issuers\[0\].*\. Give them different keys/,
    ],
  ])('%s does not boot', (_, options, message) => {
    expect(() => resolveOptions(options)).toThrow(message);
  });

  it('are complete with defaults', () => {
    const { credentials } = resolveOptions({ credentials: [apiKey({ keys })] });
    expect(credentials).toMatchObject([
      { kind: 'apiKey', declaredOnly: false, scheme: 'ApiKey', prefix: 'acme_', needs: [] },
    ]);
    expect(credentials[0]?.places.map(({ name }) => name)).toEqual(['header x-api-key']);
  });

  it('show no secret', () => {
    const pepper = 'a pepper that is long enough for all of them';
    const options = resolveOptions(
      withCredential(
        apiKey({ find: resolve, prefix: 'acme', pepper }),
        opaqueToken({ introspection }),
      ),
    );
    expect(JSON.stringify(options)).not.toContain(pepper);
  });
});
