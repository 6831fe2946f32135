import type { IncomingMessage, ServerResponse } from 'node:http';
import { hiddenNotes } from '../core/hidden-notes.js';

/** What is told when a connection ends; one listener stands for all requests that share it. */
const endings = hiddenNotes<Set<() => void>>();

/**
 * Tells, once, when an answer is over or can never be.
 *
 * An answer that waits behind another one on the same connection (pipelining) has no connection of its
 * own yet, and is never told that it ended.
 */
export function whenOver(
  { socket }: IncomingMessage,
  response: ServerResponse,
  tell: () => void,
): void {
  const ending = endingOf(socket);
  const end = (): void => {
    response.off('close', end);
    if (ending.delete(end)) tell();
  };
  ending.add(end);
  response.once('close', end);
  // It ended before anybody looked; whoever made the answer may still be at it.
  if (socket.destroyed) setImmediate(end);
}

function endingOf(socket: IncomingMessage['socket']): Set<() => void> {
  const known = endings.get(socket);
  if (known) return known;
  const ending = new Set<() => void>();
  endings.set(socket, ending);
  socket.once('close', () => {
    // The answer that has the connection tells first, and with it whether it was finished.
    setImmediate(() => {
      for (const end of [...ending]) end();
    });
  });
  return ending;
}
