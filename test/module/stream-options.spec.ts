import { AuthModule } from '../../lib/index.js';
import { boot } from './boot.js';

const ISSUER = { issuer: 'https://login.test/', audience: 'api', secret: 's'.repeat(32) };

const bootWith = (more: object): Promise<string> =>
  boot(AuthModule.forRoot({ issuers: [ISSUER], ...more }));

describe('streams', () => {
  it.each<[unknown, RegExp]>([
    [true, /streams is not an object\. Give an object: streams: \{ endWithCredential/],
    [{ endAtExpiry: true }, /streams\.endAtExpiry is no option.* endWithCredential/],
    [{ endWithCredential: true }, /streams\.endWithCredential is unknown\. Give 'event-streams'/],
    [Object.create({ endWithCredential: 'every' }), /booted/],
  ])('%j', async (streams, sentence) => {
    expect(await bootWith({ streams })).toMatch(sentence);
  });
});

describe('unauthenticatedContexts', () => {
  it.each<[unknown, RegExp]>([
    ['rmq', /unauthenticatedContexts is no list of types of contexts\. Give a list/],
    [[''], /is no list of types of contexts/],
    [['r m q'], /is no list of types of contexts/],
    [['http'], /unauthenticatedContexts: http is one that callers come by\. Remove it.*@Public/],
    [['rmq', 'graphql'], /unauthenticatedContexts: graphql is .* transports: \[graphql\(\)\]/],
    [['ws'], /unauthenticatedContexts: ws is .* transports: \[webSockets\(\)\]/],
    [['rpc'], /unauthenticatedContexts: rpc is .* transports: \[microservices\(\)\]/],
    [['rmq', 'necord'], /booted/],
  ])('%j', async (unauthenticatedContexts, sentence) => {
    expect(await bootWith({ unauthenticatedContexts })).toMatch(sentence);
  });
});
