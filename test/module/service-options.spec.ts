import { AuthModule, MemoryKeyValueStore, type AuthModuleOptions } from '../../lib/index.js';
import { boot } from './boot.js';

const ISSUER = { issuer: 'https://login.test/', audience: 'api', secret: 's'.repeat(32) };
const BILLING = {
  baseUrl: 'https://billing.test/api',
  issuer: 'https://login.test/',
  clientId: 'shop',
  clientSecret: 'secret',
};

const withServices = (services: unknown): AuthModuleOptions =>
  ({ issuers: [ISSUER], services }) as AuthModuleOptions;
const withBilling = (more: object): AuthModuleOptions =>
  withServices({ billing: { ...BILLING, ...more } });

describe('options of services', () => {
  it.each<[object, RegExp]>([
    [{ baseUrl: 'http://billing.test' }, /baseUrl is plain http beyond .* allowInsecure: true/],
    [
      { issuer: 'http://login.test' },
      /issuer is plain http beyond loopback\. Give.*localhost\)\.$/,
    ],
    [{ baseUrl: 'https://billing.test/?a=b' }, /baseUrl has a query \(\?\)\. Leave that out/],
    [{ baseUrl: 'https://billing.test/#a' }, /baseUrl has a fragment/],
    [{ baseUrl: 'https://user:pass@billing.test' }, /baseUrl has a user name or a password in it/],
    [{ issuer: 'login.test' }, /services\.billing\.issuer is no whole address, which begins with/],
    [{ baseUrl: 'billing:3000' }, /services\.billing\.baseUrl is no whole address.* Give/],
    [{ tokenEndpoint: 'ftp://x' }, /tokenEndpoint is neither https nor http/],
    [{ baseUrl: undefined }, /services\.billing\.baseUrl is undefined\. Set the variable/],
    [{ scope: undefined }, /services\.billing\.scope is undefined\. Set the variable/],
    [{ allowInsecure: 'yes' }, /services\.billing\.allowInsecure is no boolean/],
    [
      { allowInsecure: true, tokenEndpoint: 'http://login.test/token' },
      /tokenEndpoint is plain http beyond loopback/,
    ],
    [{ issuer: undefined }, /services\.billing\.issuer is missing\. Give the issuer/],
    [{ clientId: '' }, /services\.billing\.clientId is not a non-empty string\. Name/],
    [{ clientSecret: undefined }, /clientSecret is missing\. Give clientSecret, or privateKey/],
    [{ privateKey: 'x' }, /clientSecret is given beside privateKey/],
    [{ clientAuthentication: 'none' }, /clientAuthentication is unknown/],
    [{ scope: [] }, /services\.billing\.scope names nothing\. Give names/],
    [{ scope: [''] }, /scope has what is not a non-empty string/],
    [{ scope: 'a  b' }, /scope has what is not a non-empty string, or a space too many/],
    [{ scope: ['a b'] }, /scope has a name with a character that scopes cannot have \(RFC 6749/],
    [
      { scope: 'a,b' },
      /scope has a comma\. Give names separated by spaces, or a list.*into a list/,
    ],
    [{ audience: '' }, /services\.billing\.audience is not a non-empty string/],
    [{ resource: 7 }, /services\.billing\.resource is not a non-empty string/],
    [{ timeoutSeconds: 0 }, /timeoutSeconds .* from 0\.1 to 60/],
    [{ messages: 'yes' }, /services\.billing\.messages is no boolean/],
    [
      { url: 'x' },
      /services\.billing\.url is no option\. Remove it, or correct its name: baseUrl\.$/,
    ],
  ])('refuse to boot: %j', async (more, sentence) => {
    expect(await boot(AuthModule.forRoot(withBilling(more)))).toMatch(sentence);
  });

  it.each<[unknown, RegExp]>([
    [[], /services is not an object\. Give an object with an entry/],
    [{ billing: 'https://billing.test' }, /services\.billing is not an object/],
    [{ billing: {} }, /services\.billing is neither called nor given a token/],
  ])('refuse to boot where they are %j', async (services, sentence) => {
    expect(await boot(AuthModule.forRoot(withServices(services)))).toMatch(sentence);
  });

  it.each<[unknown, object, RegExp]>([
    ['redis://127.0.0.1', BILLING, /serviceTokenStore has no method get\. Give .*new RedisStore/],
    [null, BILLING, /serviceTokenStore has no method get/],
    [new Map(), BILLING, /serviceTokenStore has no method setIfAbsent/],
    [
      new MemoryKeyValueStore(),
      { baseUrl: BILLING.baseUrl },
      /serviceTokenStore means nothing without a service that has tokens\. Leave it out/,
    ],
  ])('share no tokens through %j', async (serviceTokenStore, billing, sentence) => {
    const options = { ...withServices({ billing }), serviceTokenStore } as AuthModuleOptions;
    expect(await boot(AuthModule.forRoot(options))).toMatch(sentence);
  });

  it('may share tokens through a store', async () => {
    const options = { ...withBilling({}), serviceTokenStore: new MemoryKeyValueStore() };
    expect(await boot(AuthModule.forRoot(options))).toBe('booted');
  });

  it.each<[string, object]>([
    ['messages alone', { messages: true }],
    ['an address alone', { baseUrl: BILLING.baseUrl }],
    ['tokens alone', { ...BILLING, baseUrl: undefined }],
    ['a token endpoint', { ...BILLING, issuer: undefined, tokenEndpoint: 'https://login.test/t' }],
    ['http where that is said', { baseUrl: 'http://billing:3000', allowInsecure: true }],
    ['a scope that has a comma', { ...BILLING, scope: ['a,b'] }],
    ['scopes in one text', { ...BILLING, scope: 'a b' }],
    [
      'scopes, audience and resource',
      { ...BILLING, scope: ['a', 'b'], audience: 'x', resource: 'y' },
    ],
  ])('may be %s', async (_, billing) => {
    const given = Object.entries(billing).filter(([, value]) => value !== undefined);
    const services = { billing: Object.fromEntries(given) as object };
    expect(await boot(AuthModule.forRoot(withServices(services)))).toBe('booted');
  });
});
