import {
  ApiKeys,
  AuthConfigurationError,
  generateApiKey,
  MemoryApiKeyStore,
  MemoryKeyValueStore,
  RevocationList,
} from '../../lib/index.js';
import { namesNear, unknownMember } from '../../lib/core/refuse-unknown.js';
import { RedisApiKeyStore, RedisStore } from '../../lib/stores/redis/index.js';
import { TestIssuer } from '../../lib/testing/index.js';

const untyped = (given: object): never => given as never;
const client = { call: () => Promise.resolve('OK') };

describe('an option that is none', () => {
  it.each<[string, () => unknown]>([
    [
      'RedisStore.prefix is no option. Remove it, or correct its name: keyPrefix.',
      () => new RedisStore(client, untyped({ prefix: 'x' })),
    ],
    [
      'RedisApiKeyStore.timeout is no option. Remove it, or correct its name: timeoutSeconds.',
      () => new RedisApiKeyStore(client, untyped({ timeout: 1 })),
    ],
    [
      'MemoryKeyValueStore.max is no option. Remove it, or correct its name: maxEntries.',
      () => new MemoryKeyValueStore(untyped({ max: 5 })),
    ],
    [
      'RevocationList.prefix is no option. Remove it, or correct its name: keyPrefix.',
      () => new RevocationList(untyped({ store: new MemoryKeyValueStore(), prefix: 'x' })),
    ],
    [
      'ApiKeys.peper is no option. Remove it, or correct its name: pepper.',
      () => new ApiKeys(untyped({ prefix: 'acme', store: new MemoryApiKeyStore(), peper: 'x' })),
    ],
    [
      'generateApiKey().peper is no option. Remove it, or correct its name: pepper.',
      () => generateApiKey(untyped({ prefix: 'acme', peper: 'x' })),
    ],
  ])('%s', (sentence, make) => {
    expect(make).toThrow(AuthConfigurationError);
    expect(make).toThrow(sentence);
  });

  it('is none of a test issuer', async () => {
    const start = TestIssuer.start(untyped({ audiences: ['x'] }));
    await expect(start).rejects.toThrow('TestIssuer.start().audiences is no option. Remove it');
  });

  it('is told with the names that are near, and with all where none is', () => {
    const known = ['onEvent', 'issuers', 'services', 'serviceTokenStore'];
    expect(unknownMember({ onEvents: 1 }, known)?.cure).toMatch(/name: onEvent\.$/);
    expect(namesNear('service', known)).toEqual(['services', 'serviceTokenStore']);
    expect(unknownMember({ x: 1 }, known)?.cure).toContain(known.join(', '));
    expect(unknownMember({ issuers: 1 }, known)).toBeUndefined();
  });
});
