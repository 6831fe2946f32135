import type { EventEmitter } from 'node:events';

/**
 * A call whose messages nobody reads any more is told the refusal as an error. What Nest 11 does with it
 * fails where the client has ended its stream before, and the whole process with it: such a failure is
 * left where it is. The answer is sent all the same, by gRPC itself.
 */
export function closeQuietly(call: EventEmitter): void {
  for (const listener of call.listeners('error') as ((failure: unknown) => void)[]) {
    call.off('error', listener);
    call.on('error', (failure: unknown) => {
      try {
        listener.call(call, failure);
      } catch {
        // There is nobody who could be told.
      }
    });
  }
}
