import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import { ownMembers } from '../../core/own-property.js';
import type { EndingAnswers } from '../../guards/open-answers.js';
import type { AuthModuleOptions } from './auth-options.js';
import { assertObject, refuseUnknown } from './option-checks.js';

const KNOWN = ['event-streams', 'all', 'none'];

/** @throws {AuthConfigurationError} */
export function resolveStreams({ streams = {} }: AuthModuleOptions): EndingAnswers {
  assertObject('streams', streams, "Give an object: streams: { endWithCredential: 'all' }.");
  refuseUnknown('streams', streams, ['endWithCredential']);
  const { endWithCredential = 'event-streams' } = ownMembers(streams);
  if (KNOWN.includes(endWithCredential)) return endWithCredential;
  throw new AuthConfigurationError(
    'streams.endWithCredential',
    'is unknown',
    "Give 'event-streams', 'all' or 'none'.",
  );
}
