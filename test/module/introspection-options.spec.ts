import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { jwt, opaqueToken, type AuthModuleOptions } from '../../lib/index.js';
import { resolveOptions } from '../../lib/module/options/resolve-options.js';

const issuers = [{ issuer: 'https://login.test/', audience: 'api' }];
const resolve = (): null => null;
const introspection = {
  issuer: 'https://login.test/',
  clientId: 'api',
  clientSecret: 'secret',
  audience: 'api',
};
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const publicPem = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString();
const SECRET = 'a secret that is long enough for it';
const withJwt = (more: object): AuthModuleOptions => ({
  issuers,
  credentials: [jwt({ kind: 'r', issuer: 'https://login.test/', audience: 'api', ...more })],
});
const introspecting = (more: object): AuthModuleOptions => ({
  issuers,
  credentials: [opaqueToken({ introspection: { ...introspection, ...more } })],
});

describe('the options of introspection, and of principals', () => {
  it.each<[problem: string, options: AuthModuleOptions, message: RegExp]>([
    [
      'introspection without a client',
      introspecting({ clientId: undefined }),
      /\.clientId is missing\. Name this API/,
    ],
    [
      'introspection without a secret',
      introspecting({ clientSecret: undefined }),
      /\.clientSecret is missing\. Give clientSecret/,
    ],
    [
      'two secrets',
      introspecting({ privateKey: pem }),
      /\.clientSecret is given beside privateKey\. Give/,
    ],
    [
      'no mark, where null was meant',
      introspecting({ tokenUse: [] }),
      /\.tokenUse is an empty list\. Name a claim .* or give null/,
    ],
    [
      'a mark of a header, which an answer has not',
      introspecting({
        tokenUse: [
          { claim: 'use', value: 'a' },
          { header: 'typ', value: 'at+jwt' },
        ],
      }),
      /\.tokenUse has a mark of the header, .*\. Name a claim/,
    ],
    [
      'tokens that are recognized by nothing',
      withJwt({ tokenUse: { claim: 'use', value: 'refresh' }, recognizedBy: [] }),
      /\.recognizedBy is an empty list\. Say what tells/,
    ],
    [
      'a media type that says nothing',
      withJwt({ tokenUse: { header: 'typ', value: 'application/' } }),
      /\.tokenUse\.value .*\. Give an object/,
    ],
    [
      'a method that does not fit',
      introspecting({ clientAuthentication: 'private_key_jwt' }),
      /\.clientAuthentication is unknown, or does not fit .*\. Give/,
    ],
    [
      'a method that does not fit the key',
      introspecting({
        clientSecret: undefined,
        privateKey: pem,
        clientAuthentication: 'client_secret_post',
      }),
      /\.clientAuthentication .*does not fit/,
    ],
    [
      'a key that is none',
      introspecting({ clientSecret: undefined, privateKey: 'x' }),
      /\.privateKey cannot be read\. Give/,
    ],
    [
      'a key id beside a secret',
      introspecting({ keyId: 'k' }),
      /\.keyId means nothing beside clientSecret\. Leave it out/,
    ],
    [
      'introspection without an audience',
      introspecting({ audience: undefined }),
      /\.audience is missing\. Name this API/,
    ],
    [
      'an endpoint on plain http',
      introspecting({ endpoint: 'http://login.test/introspect' }),
      /\.endpoint is no https address\. Give/,
    ],
    [
      'an issuer that is no address',
      introspecting({ issuer: 'login' }),
      /\.issuer is no https address\. Give/,
    ],
    [
      'a long memory',
      introspecting({ maxAgeSeconds: 301 }),
      /\.maxAgeSeconds is not a number of seconds between 0 and 300\. Give/,
    ],
    ['no memory', introspecting({ maxEntries: 0 }), /\.maxEntries is no number of entries\. Give/],
    [
      'a clock that is far off',
      introspecting({ clockToleranceSeconds: 301 }),
      /\.clockToleranceSeconds is not/,
    ],
    [
      'a tokenUse that is none',
      introspecting({ tokenUse: 'access' }),
      /\.tokenUse is not an object\. Give/,
    ],
    [
      'usernameAsSubject that is none',
      introspecting({ usernameAsSubject: 1 }),
      /\.usernameAsSubject is no boolean\. Give/,
    ],
    [
      'machines that are none',
      { issuers, machineCredentials: 'nowhere' as never },
      /^machineCredentials is unknown\. Give/,
    ],
    [
      'a principal that is none',
      { issuers, principal: true as never },
      /^principal is not an object\. Give/,
    ],
    [
      'a principal with more',
      { issuers, principal: { laod: resolve } as never },
      /^principal\.laod is no option\. Remove/,
    ],
    [
      'a loader that is none',
      { issuers, principal: { load: {} as never } },
      /^principal\.load has no method load\. Give/,
    ],
    [
      'a cache for days',
      { issuers, principal: { load: resolve, cacheSeconds: 3601 } },
      /^principal\.cacheSeconds is not/,
    ],
    [
      'a cache without room',
      { issuers, principal: { load: resolve, maxEntries: 0.5 } },
      /^principal\.maxEntries is no number/,
    ],
    [
      'a loader without time',
      { issuers, principal: { load: resolve, timeoutSeconds: 0 } },
      /^principal\.timeoutSeconds is not/,
    ],
    [
      'a revocation that is none',
      { issuers, revocation: {} as never },
      /^revocation has no method isRevoked\. Give/,
    ],
    [
      'an origin that is none',
      { issuers, cookie: { name: 't' }, trustedOrigins: ['app.test'] },
      /^trustedOrigins has what is no origin on https\. Give whole origins/,
    ],
    [
      'an origin with a path',
      { issuers, cookie: { name: 't' }, trustedOrigins: ['https://app.test/x'] },
      /^trustedOrigins has what is no origin/,
    ],
    [
      'an origin with a slash',
      { issuers, cookie: { name: 't' }, trustedOrigins: ['https://app.test/'] },
      /^trustedOrigins has what is no origin/,
    ],
    [
      'an origin in capitals',
      { issuers, cookie: { name: 't' }, trustedOrigins: ['https://App.test'] },
      /^trustedOrigins has what is no origin/,
    ],
    [
      'origins that nothing is sent from',
      { issuers, trustedOrigins: ['https://app.test'] },
      /^trustedOrigins means nothing without .*\. Leave it out/,
    ],
    [
      'a revocation of nothing',
      { credentials: [opaqueToken({ resolve })], revocation: { isRevoked: () => true } },
      /^revocation is asked about JWTs .*\. Leave it out/,
    ],
    [
      'a cache of nobody',
      { issuers, principal: { cacheSeconds: 60 } },
      /^principal\.cacheSeconds means nothing without load\. Give load/,
    ],
    [
      'a size of no cache',
      introspecting({ maxAgeSeconds: 0, maxEntries: 5 }),
      /\.maxEntries means nothing with maxAgeSeconds 0\. Leave it out/,
    ],
    [
      'all origins',
      { issuers, cookie: { name: 't' }, trustedOrigins: ['*'] },
      /^trustedOrigins has what is no origin/,
    ],
    [
      'an origin that is no list',
      { issuers, cookie: { name: 't' }, trustedOrigins: 'https://app.test' as never },
      /^trustedOrigins is missing\. Give/,
    ],
    [
      'fetched keys that may be the same',
      withJwt({ jwksUri: 'https://login.test/keys' }),
      /cannot be told apart from issuers\[0\]/,
    ],
    [
      'given keys that may be among the fetched',
      withJwt({ publicKey: publicPem }),
      /cannot be told apart from issuers\[0\]/,
    ],
    [
      'a secret that is the same to HMAC',
      {
        issuers: [{ ...issuers[0], secret: SECRET } as never],
        credentials: [jwt({ kind: 'r', ...issuers[0], secret: `${SECRET}\0` } as never)],
      },
      /cannot be told apart from issuers\[0\]/,
    ],
  ])('%s does not boot', (_, options, message) => {
    expect(() => resolveOptions(options)).toThrow(message);
  });
});
