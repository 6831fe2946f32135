import {
  ApiKeys,
  AuthConfigurationError,
  MemoryApiKeyStore,
  MemoryKeyValueStore,
  RevocationList,
} from '../../lib/index.js';
import { RedisStore } from '../../lib/stores/redis/index.js';

const untyped = (given: unknown): never => given as never;
const store = new MemoryKeyValueStore();
const keys = new MemoryApiKeyStore();
const client = { call: () => Promise.resolve('OK') };
const list = (given: unknown) => (): unknown => new RevocationList(untyped(given));
const apiKeys = (given: object) => (): unknown =>
  new ApiKeys(untyped({ prefix: 'acme', ...given }));

const METHODS = /Give an object with the methods of a KeyValueStore: new RedisStore\(client\)/;
const KEY_METHODS = /Give an object with the methods of an ApiKeyStore: new RedisApiKeyStore\(cl/;
const LIFE = /Give the longest life that a token of your issuers has, in seconds\./;
const DATE_NOW = /Let it return a number as Date\.now does\./;
const inSeconds = (): number => 1_800_000_000;

describe('what a class is given in plain JavaScript', () => {
  it.each<[begin: string, cure: RegExp, make: () => unknown]>([
    ['RevocationList is not an object', /Give an object/, list(undefined)],
    ['RevocationList.store is missing', METHODS, list({ longestTokenSeconds: 1 })],
    ['RevocationList.store has no method get', METHODS, list({ store: {} })],
    ['RevocationList.store has no method get', METHODS, list({ store: 'redis://localhost' })],
    ['RevocationList.store has no method getAll', METHODS, list({ store: new Map() })],
    ['RevocationList.store has no method get', METHODS, list({ store: keys })],
    [
      'RevocationList.longestTokenSeconds is no length of time',
      LIFE,
      list({ store, longestTokenSeconds: '3600' }),
    ],
    ['RevocationList.clock is not a function', /Give a function/, list({ store, clock: 1 })],
    [
      'RevocationList.clock does not tell the milliseconds since the epoch',
      DATE_NOW,
      list({ store, clock: inSeconds }),
    ],
    ['RevocationList.keyPrefix is no text', /Give what keys begin/, list({ store, keyPrefix: 1 })],
    ['ApiKeys is not an object', /Give an object/, () => new ApiKeys(untyped(null))],
    ['ApiKeys.store is missing', KEY_METHODS, apiKeys({})],
    ['ApiKeys.store has no method find', KEY_METHODS, apiKeys({ store })],
    ['ApiKeys.clock throws', DATE_NOW, apiKeys({ store: keys, clock: thrower })],
    [
      'MemoryKeyValueStore is not an object',
      /Give an object/,
      () => new MemoryKeyValueStore(untyped(5)),
    ],
    [
      'RedisStore.timeoutSeconds is no time that can be waited',
      /Give a number of seconds/,
      () => new RedisStore(client, untyped({ timeoutSeconds: '1' })),
    ],
    [
      'RedisStore.keyPrefix is no text',
      /Give what keys begin/,
      () => new RedisStore(client, untyped({ keyPrefix: null })),
    ],
    ['RedisStore is not an object', /Give an object/, () => new RedisStore(client, untyped(null))],
  ])('is refused where %s', (begin, cure, make) => {
    expect(make).toThrow(AuthConfigurationError);
    expect(make).toThrow(begin);
    expect(make).toThrow(cure);
  });

  it('may be of a class that has the methods of a store by inheritance', () => {
    class Store extends MemoryKeyValueStore {}
    expect(list({ store: new Store() })).not.toThrow();
  });
});

function thrower(): never {
  throw new Error('No time');
}
