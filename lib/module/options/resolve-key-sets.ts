import { ownMembers } from '../../core/own-property.js';
import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import type { KeySetSnapshots } from '../../stores/key-set-snapshots.js';
import type { KeySetSettings } from '../../verification/jwt/keys/remote-key-set.js';
import type { AuthModuleOptions, KeySetOptions } from './auth-options.js';
import { assertObject, assertSeconds, refuseUnknown } from './option-checks.js';

const KNOWN = ['hydrate', 'refresh', 'freshSeconds', 'staleSeconds', 'snapshots'];

/** @throws {AuthConfigurationError} */
export function resolveKeySets({
  keySets: given = {},
}: Pick<AuthModuleOptions, 'keySets'>): KeySetSettings {
  assertObject('keySets', given, "Give an object: keySets: { hydrate: 'required' }.");
  refuseUnknown('keySets', given, KNOWN);
  const options: KeySetOptions = ownMembers(given);
  const { freshSeconds = 600, staleSeconds = 3600 } = options;
  assertSeconds('keySets.freshSeconds', freshSeconds, { min: 60, max: 3600 });
  assertSeconds('keySets.staleSeconds', staleSeconds, { min: 0, max: 86_400 });
  return Object.freeze({
    lifetime: { freshMs: freshSeconds * 1000, staleMs: staleSeconds * 1000 },
    hydrate: oneOf('hydrate', options.hydrate, ['background', 'required', 'lazy']),
    refresh: oneOf('refresh', options.refresh, ['traffic', 'timer']),
    snapshots: resolveSnapshots(options),
  });
}

/** The first is the default. */
function oneOf<T extends string>(name: string, given: unknown, known: readonly [T, ...T[]]): T {
  const chosen = given === undefined ? known[0] : known.find((each) => each === given);
  if (chosen !== undefined) return chosen;
  const choice = known.map((each) => `'${each}'`).join(', ');
  throw new AuthConfigurationError(`keySets.${name}`, 'is unknown', `Give one of ${choice}.`);
}

function resolveSnapshots({ snapshots }: KeySetOptions): KeySetSnapshots | undefined {
  if (snapshots === undefined) return;
  const cure =
    'Give new FileSnapshots(folder), or an object with read(key) and write(key, text) that return promises.';
  assertObject('keySets.snapshots', snapshots, cure);
  const { read, write } = snapshots as Partial<KeySetSnapshots>;
  if (typeof read === 'function' && typeof write === 'function') return snapshots;
  throw new AuthConfigurationError('keySets.snapshots', 'has no read, or no write', cure);
}
