// The same two calls, by each way. They give what was answered, or throw a Refused.

/** A refusal: the same members, whatever way it came. */
export class Refused extends Error {
  constructor({ statusCode, code, error, message } = {}) {
    super(message ?? error ?? 'No answer');
    this.status = statusCode;
    this.code = code ?? error;
  }
}

/** @param {{ token: () => string, socket: () => object }} session */
export function waysOf({ token, socket }) {
  const http = (method, path, body) => overHttp(token(), `${method} ${path}`, body);
  const graphql = (query, variables) => overGraphql(token(), query, variables);
  return {
    HTTP: {
      publish: (text) => http('POST', '/posts', { text }),
      retract: (id) => http('DELETE', `/posts/${encodeURIComponent(id)}`),
    },
    GraphQL: {
      publish: (text) =>
        graphql('mutation ($text: String!) { publish(text: $text) { id } }', { text }),
      retract: (id) => graphql('mutation ($id: ID!) { retract(id: $id) { id } }', { id }),
    },
    'socket.io': {
      publish: (text) => overSocket(socket(), 'publish', { text }),
      retract: (id) => overSocket(socket(), 'retract', { id }),
    },
    // By HTTP to the application, and by NATS from there, with the same token.
    NATS: {
      publish: (text) => http('POST', '/nats/posts', { text }),
      retract: (id) => http('DELETE', `/nats/posts/${encodeURIComponent(id)}`),
    },
  };
}

/** @param call Such as `GET /posts`. */
export async function overHttp(token, call, body) {
  const [method, path] = call.split(' ');
  const response = await fetch(path, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  const answer = await response.json();
  if (response.ok) return answer;
  throw new Refused(answer);
}

async function overGraphql(token, query, variables) {
  const { data, errors } = await overHttp(token, 'POST /graphql', { query, variables });
  if (!errors) return data;
  const [{ message, extensions }] = errors;
  throw new Refused({ message, error: extensions.code, ...extensions.originalError });
}

/** A refusal does not say of which message it is, so one is sent at a time. */
export function overSocket(socket, event, data) {
  return new Promise((resolve, reject) => {
    if (!socket.connected) {
      reject(new Refused({ code: 'not_connected', message: 'There is no connection' }));
      return;
    }
    const refuse = (refusal) => {
      reject(new Refused(refusal));
    };
    socket.once('exception', refuse);
    socket.timeout(5000).emit(event, data, (late, answer) => {
      socket.off('exception', refuse);
      if (late) refuse();
      else resolve(answer);
    });
  });
}
