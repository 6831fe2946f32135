// The connection: what is published while it is open, and why it ended.

/**
 * @param {() => string} token The one to connect with, each time.
 * @param {{ connected(): void, ended(why: string): void, published(post: object): void, retracted(post: object): void }} told
 */
export function connect(token, told) {
  // It is tried again by itself when the network fails, and not when the server ends it.
  const socket = globalThis.io({ auth: (give) => give({ token: token() }) });
  let refusal;
  socket.on('connect', () => {
    refusal = undefined;
    told.connected();
  });
  socket.on('exception', (exception) => {
    refusal = exception;
  });
  socket.on('connect_error', (error) => {
    told.ended(textOf(error.data) ?? error.message);
  });
  socket.on('disconnect', (reason) => {
    const isTheirs = reason === 'io server disconnect';
    told.ended((isTheirs && textOf(refusal)) || reason);
  });
  socket.on('published', told.published);
  socket.on('retracted', told.retracted);
  return socket;
}

function textOf(refusal) {
  return refusal && `${refusal.message} (${refusal.statusCode} ${refusal.code})`;
}
