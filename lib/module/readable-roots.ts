import { ARGUMENT_ROOTS, type CallType } from '../transports/argument-roots.js';
import type { ControllerHandler } from './controllers.js';
import { isCalledByStreams } from './grpc-streams.js';

/** With what the path to an argument of a handler may begin, where it is called in that way; nothing for a stream. */
export function readableRoots(each: ControllerHandler, type: CallType): readonly string[] {
  return type === 'rpc' && isCalledByStreams(each) ? [] : ARGUMENT_ROOTS[type];
}
