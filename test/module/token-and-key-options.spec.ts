import { AuthModule, basic, jwt, oidc, type AuthModuleOptions } from '../../lib/index.js';
import { boot } from './boot.js';

const ISSUER = { issuer: 'https://login.test/', audience: 'api', secret: 's'.repeat(32) };

/** Where keys are fetched, there is no secret. */
const ofIssuer = (given: object): AuthModuleOptions => {
  const { isFetched = false, ...more } = given as { isFetched?: boolean };
  const { secret, ...fetched } = ISSUER;
  return { issuers: [{ ...fetched, ...(isFetched ? {} : { secret }), ...more }] };
};
const ofEntry = (entry: object): AuthModuleOptions => ({ issuers: [entry as never] });
const ofModule = (more: object): AuthModuleOptions => ({ issuers: [ISSUER], ...more });

describe('options of tokens and keys refuse to boot, and say how to mend it', () => {
  it.each<[object, RegExp]>([
    [{ profile: 'RFC9068' }, /issuers\[0\]\.profile is unknown\. Give 'rfc9068'/],
    [{ profile: null }, /profile is unknown/],
    [{ keySet: {} }, /keySet is about keys that are fetched, and they are given\. Leave/],
    [{ isFetched: true, keySet: [] }, /keySet is not an object\. Give an object/],
    [{ isFetched: true, keySet: { ttl: 1 } }, /keySet\.ttl is no option/],
    [{ isFetched: true, keySet: { freshSeconds: 59 } }, /freshSeconds .* from 60 to 3600/],
    [{ isFetched: true, keySet: { fetch: {} } }, /keySet\.fetch is not a function/],
    [{ isFetched: true, keySet: { read: 'keys' } }, /keySet\.read is not a function/],
    [{ maxTokenAgeSeconds: 0 }, /maxTokenAgeSeconds .* Give a number, and no text, from 1/],
    [{ maxTokenAgeSeconds: '60' }, /maxTokenAgeSeconds/],
    [{ maxTokenAgeSeconds: NaN }, /maxTokenAgeSeconds/],
    [{ maxTokenAgeSeconds: Infinity }, /maxTokenAgeSeconds/],
    [{ authorizedParties: [] }, /authorizedParties is no list, or an empty one\. Name each/],
    [{ authorizedParties: 'shop' }, /authorizedParties is no list/],
    [{ authorizedParties: [''] }, /authorizedParties is not a non-empty string\. Name each/],
    [{ authorizedParties: ['shop '] }, /begins or ends with white space/],
    [{ authorizedParties: ['a,b'] }, /several names in one text\. Name each/],
    [{ tokenUse: 'access' }, /tokenUse is not an object\. Give an object: \{ claim/],
    [{ tokenUse: { value: 'access' } }, /tokenUse\.claim is missing\. Give/],
    [{ tokenUse: { claim: 'token_use' } }, /tokenUse\.value is missing\. Give/],
    [{ tokenUse: { claim: 'a', value: 'b', is: 'c' } }, /tokenUse\.is is no option/],
    [
      { tokenUse: [{ claim: 'a', header: 'b', value: 'c' }] },
      /\[0\]\.header is given beside claim/,
    ],
    [{ tokenUse: { claim: 'a', value: 'b', present: true } }, /more than one thing/],
    [{ tokenUse: { claim: 'a', value: [] } }, /tokenUse\.value is missing/],
    [{ tokenUse: { claim: 'a', value: 7 } }, /tokenUse\.value is not a non-empty string/],
    [{ tokenUse: { claim: 'a', startsWith: '' } }, /startsWith is not a non-empty string/],
    [{ tokenUse: { claim: 'a', present: 'yes' } }, /present is no boolean/],
    [{ tokenUse: { claim: 'a', present: true, optional: true } }, /optional means nothing/],
    [{ serviceUse: { claim: 'gty' } }, /serviceUse\.value is missing/],
    [{ clientClaims: [] }, /clientClaims is missing\. Give a list/],
    [{ clientClaims: 'cid' }, /clientClaims is missing\. Give a list/],
    [{ authorizedPartyRequired: false }, /means nothing without authorizedParties/],
    [{ authorizedParties: ['a'], authorizedPartyRequired: 'no' }, /is no boolean/],
    [{ organizationId: '' }, /organizationId is not a non-empty string\. Name the organization/],
    [{ cookie: 'a b' }, /issuers\[0\]\.cookie has a character/],
    [{ cookie: [] }, /issuers\[0\]\.cookie is missing/],
    [{ claims: { roles: { union: [] } } }, /roles\.union is no list, or an empty one/],
    [{ claims: { roles: { union: ['a..b'] } } }, /claims\.roles is no path/],
    [
      { claims: { roles: 'tenants.{tenant}.roles' } },
      /claims\.roles has \{tenant\}, which stands for nothing\. Only \{organization\} .*: \["\{tenant\}"\]\.$/,
    ],
    [{ claims: { roles: ['roles', { path: 'org-{organization}' }] } }, /has org-\{organization\},/],
    [{ claims: { scopes: { union: ['{Organization}.scp'] } } }, /has \{Organization\}, which/],
    [{ claims: { permissions: 'a.{organization' } }, /has \{organization, which/],
    [{ claims: { actor: 7 } }, /claims\.actor is not a non-empty string/],
  ])('of an issuer: %j', async (more, sentence) => {
    expect(await boot(AuthModule.forRoot(ofIssuer(more)))).toMatch(sentence);
  });

  it('of an issuer: neither {organization} nor quoted braces', async () => {
    const roles = ['tenants.{organization}.roles', 'tenants["{tenant}"].roles'];
    expect(await boot(AuthModule.forRoot(ofIssuer({ claims: { roles } })))).toBe('booted');
  });

  it.each([
    ...['secret', 'publicKey', 'jwks', 'jwksUri', 'algorithms', 'authorizedParties', 'tokenUse'],
    ...['profile', 'maxTokenAgeSeconds', 'organizationId'],
  ])('of an issuer: %s, of a variable that is not set', async (name) => {
    const issuer = { ...ISSUER, [name]: undefined };
    const cure = 'is undefined. Set the variable it is read from, or leave it out.';
    const ofIssuers = await boot(AuthModule.forRoot(ofEntry(issuer)));
    expect(ofIssuers).toBe(`issuers[0].${name} ${cure}`);
    const credentials = [jwt({ ...issuer, kind: 'refresh' })];
    const ofKind = await boot(AuthModule.forRoot({ credentials }));
    expect(ofKind).toBe(`credentials[0].${name} ${cure}`);
    const preset = (): unknown =>
      oidc({ issuer: 'https://a.test', audience: 'b', [name]: undefined });
    expect(preset).toThrow(`oidc.${name} ${cure}`);
  });

  it.each<[object, RegExp]>([
    [{ issuers: [ISSUER], tokenUse: [] }, /issuers\[0\]\.tokenUse is no option/],
    [
      { issuers: [ISSUER], organizationId: 'a' },
      /issuers\[0\]\.organizationId is no option of a provider\. Give it to the preset/,
    ],
    [oidc, /issuers\[0\] is a function\. Call it/],
    [{ issuers: [] }, /is a provider without an issuer/],
    [{ issuers: [ISSUER], credentials: {} }, /whose credentials are no list/],
    [{ issuers: [{ ...ISSUER, audience: '' }] }, /issuers\[0\]\.audience/],
    [[ISSUER], /issuers\[0\] is not an object/],
    [
      { discover: () => Promise.reject(new Error('down')) },
      /issuers\[0\] does not say what it is called/,
    ],
    [{ discover: () => Promise.resolve(undefined) }, /issuers\[0\] does not say what it is called/],
  ])('of a provider: %j', async (entry, sentence) => {
    expect(await boot(AuthModule.forRoot(ofEntry(entry)))).toMatch(sentence);
  });

  it.each<[unknown, RegExp]>([
    [jwt, /credentials\[0\] is a function\. Call it/],
    [{ cookie: 'sid', resolve: () => null }, /credentials\[0\] is no kind of credential\. Give a/],
    [
      basic({ find: () => null }),
      /credentials\[0\]\.hasher is missing\. Give verify.*; or find and hasher/,
    ],
  ])('of a kind of credential: %p', async (entry, sentence) => {
    const credentials = [entry as never];
    expect(await boot(AuthModule.forRoot({ credentials }))).toMatch(sentence);
  });

  it.each<[object, RegExp]>([
    [{ tokenCache: true }, /tokenCache is not an object\. Give an object.* or false/],
    [{ tokenCache: null }, /tokenCache is not an object/],
    [{ tokenCache: { size: 1 } }, /tokenCache\.size is no option/],
    [{ tokenCache: { maxEntries: 0 } }, /maxEntries is no number of tokens\. .*tokenCache: false/],
    [{ tokenCache: { maxEntries: 1.5 } }, /maxEntries/],
    [{ tokenCache: { maxEntries: Infinity } }, /maxEntries/],
    [{ tokenCache: { maxAgeSeconds: 0 } }, /maxAgeSeconds .* from 1 to 3600/],
    [{ tokenCache: { maxAgeSeconds: 1e12 } }, /maxAgeSeconds/],
    [{ keySets: [] }, /keySets is not an object/],
    [{ keySets: { ttl: 1 } }, /keySets\.ttl is no option/],
    [
      { keySets: { hydrate: 'eager' } },
      /hydrate is unknown\. Give one of 'background', 'required'/,
    ],
    [{ keySets: { refresh: true } }, /refresh is unknown\. Give one of 'traffic', 'timer'/],
    [{ keySets: { freshSeconds: 59 } }, /freshSeconds .* from 60 to 3600/],
    [{ keySets: { staleSeconds: -1 } }, /staleSeconds .* from 0 to 86400/],
    [{ keySets: { snapshots: './keys' } }, /snapshots is not an object\. Give new FileSnapshots/],
    [{ keySets: { snapshots: { read: (): void => undefined } } }, /has no read, or no write/],
  ])('of the module: %j', async (more, sentence) => {
    expect(await boot(AuthModule.forRoot(ofModule(more)))).toMatch(sentence);
  });

  it.each([
    { tokenCache: false },
    { tokenCache: { maxEntries: 1, maxAgeSeconds: 1 } },
    { keySets: { hydrate: 'lazy', refresh: 'timer', freshSeconds: 60, staleSeconds: 0 } },
  ])('but not where they are sound: %j', async (more) => {
    expect(await boot(AuthModule.forRoot(ofModule(more)))).toBe('booted');
  });
});
