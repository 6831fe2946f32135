import type { SignedToken } from '../signed-token.js';
import { CHARACTER_MUTATIONS } from './characters.js';
import type { MutationFamily } from './family.js';
import { FORGERIES } from './forgeries.js';
import { HEADER_MUTATIONS } from './headers.js';
import { LENGTH_MUTATIONS } from './lengths.js';
import { PAYLOAD_MUTATIONS } from './payloads.js';
import { segmentMutations } from './segments.js';
import { SERIALIZATION_MUTATIONS } from './serializations.js';
import { SIGNATURE_MUTATIONS } from './signatures.js';
import { SPELLING_MUTATIONS } from './spellings.js';

/** @param originals Valid tokens, for the mutations that take several. */
export function allMutations(originals: readonly SignedToken[]): readonly MutationFamily[] {
  return [
    ...CHARACTER_MUTATIONS,
    ...LENGTH_MUTATIONS,
    ...SPELLING_MUTATIONS,
    ...segmentMutations(originals),
    ...HEADER_MUTATIONS,
    ...PAYLOAD_MUTATIONS,
    ...FORGERIES,
    ...SIGNATURE_MUTATIONS,
    ...SERIALIZATION_MUTATIONS,
  ];
}
