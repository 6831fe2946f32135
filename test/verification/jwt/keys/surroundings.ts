import { resolveKeySets } from '../../../../lib/module/options/resolve-key-sets.js';
import type { KeySetOptions } from '../../../../lib/index.js';
import { runtimeFetch } from '../../../../lib/endpoint/fetch.js';
import type { KeySetSurroundings } from '../../../../lib/verification/jwt/keys/remote-key-set.js';

/** What key sets find around them where a test says nothing else: real time, default options, nobody listening. */
export function surroundings(
  keySets: KeySetOptions = {},
  more: Partial<KeySetSurroundings> = {},
): KeySetSurroundings {
  const settings = resolveKeySets({ keySets });
  return { clock: Date.now, emit: () => undefined, fetch: runtimeFetch, settings, ...more };
}
