export { RedisApiKeyStore } from './redis-api-key-store.js';
export { RedisStore } from './redis-store.js';
export type {
  IoRedisClient,
  NodeRedisClient,
  NodeRedisCluster,
  RedisClient,
} from './redis-client.js';
export type { RedisStoreOptions } from './redis-connection.js';
export { StoreUnavailable } from '../store-unavailable.js';
