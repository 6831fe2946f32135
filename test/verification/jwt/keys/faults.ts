import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';

/** What an issuer's endpoint does with a request. */
export type Behaviour = (request: IncomingMessage, response: ServerResponse) => void;

/** Headers of an answer. */
type Headers = Readonly<Record<string, string>>;

const MEGABYTE = 1024 * 1024;
const EMPTY_SET = '{"keys":[],"pad":"';

/** Answers with a value as JSON; a string is taken for JSON already, or for what should be it. */
export function json(value: unknown, status = 200): Behaviour {
  return answer(value, { status });
}

/** Answers with a value, and headers that say more or other things of it. */
export function answer(
  value: unknown,
  { status = 200, headers = {} }: { readonly status?: number; readonly headers?: Headers } = {},
): Behaviour {
  return (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof value === 'string' ? value : JSON.stringify(value));
  };
}

/** Answers each path with its own value, and anything else with 404. */
export function paths(documents: Readonly<Record<string, unknown>>): Behaviour {
  const behaviours = Object.entries(documents).map(([path, value]) => [path, json(value)] as const);
  return endpoints(Object.fromEntries(behaviours));
}

/** Behaves at each path in a way of its own, and answers anything else with 404. */
export function endpoints(behaviours: Readonly<Record<string, Behaviour>>): Behaviour {
  return (request, response) => {
    const url = request.url ?? '';
    const found = Object.hasOwn(behaviours, url) ? behaviours[url] : undefined;
    (found ?? json({}, 404))(request, response);
  };
}

/** Behaves in one way after the other, and then again from the first. */
export function inTurn(first: Behaviour, ...others: readonly Behaviour[]): Behaviour {
  const behaviours = [first, ...others];
  let turn = 0;
  return (...exchange) => {
    behaviours[turn++ % behaviours.length]?.(...exchange);
  };
}

/** Takes its time before it behaves. */
export function delayed(milliseconds: number, behaviour: Behaviour): Behaviour {
  return (request, response) => {
    const timer = setTimeout(() => {
      behaviour(request, response);
    }, milliseconds);
    response.once('close', () => {
      clearTimeout(timer);
    });
  };
}

/** Hangs up. */
export const reset: Behaviour = (request) => {
  request.socket.resetAndDestroy();
};

/** Takes the request, and never answers. */
export const blackHole: Behaviour = () => undefined;

/** Sends the headers at once, and the body an octet at a time. */
export function trickling(text: string, everyMs = 200): Behaviour {
  return (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    let sent = 0;
    const timer = setInterval(() => {
      response.write(text.charAt(sent++));
      if (sent >= text.length) response.end();
    }, everyMs);
    response.once('close', () => {
      clearInterval(timer);
    });
  };
}

/** Sends a key set without keys of many megabytes, as fast as it is read. */
export function huge(megabytes = 200): Behaviour {
  return (_, response) => {
    const length = EMPTY_SET.length + megabytes * MEGABYTE + 2;
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': length });
    padded(megabytes).on('error', ignore).pipe(response);
  };
}

/** Sends some hundred kilobytes that become many megabytes when they are unpacked. */
export function gzipBomb(megabytes = 100): Behaviour {
  return (_, response) => {
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    response.writeHead(200, headers);
    padded(megabytes).pipe(createGzip()).on('error', ignore).pipe(response);
  };
}

function padded(megabytes: number): Readable {
  const chunk = 'a'.repeat(MEGABYTE);
  return Readable.from([EMPTY_SET, ...Array<string>(megabytes).fill(chunk), '"}']);
}

/** Sends chunk after chunk, as long as somebody reads. */
export const endless: Behaviour = (_, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.write(EMPTY_SET);
  const timer = setInterval(() => {
    response.write('a');
  }, 10);
  response.once('close', () => {
    clearInterval(timer);
  });
};

/** Sends the first half of a document, and takes it for the whole. */
export function truncated(document: object): Behaviour {
  const text = JSON.stringify(document);
  return json(text.slice(0, text.length / 2));
}

/** Says that what is asked for is elsewhere. */
export function redirectTo(location: string): Behaviour {
  return answer('', { status: 302, headers: { location } });
}

/** A maintenance page, as proxies serve them with status 200. */
export const html = answer('<!doctype html><title>Back soon</title>', {
  headers: { 'content-type': 'text/html' },
});

/** Answers with a tag, and with nothing new to whoever knows it. */
export function tagged(value: unknown, etag: string, headers: Headers = {}): Behaviour {
  const whole = answer(value, { headers: { etag, ...headers } });
  return (request, response) => {
    if (request.headers['if-none-match'] !== etag) whole(request, response);
    else response.writeHead(304, { etag, ...headers }).end();
  };
}

/** A key set with so much nested in it that a recursive reader is at its end. */
export function nested(keys: readonly unknown[], depth = 50_000): Behaviour {
  const bomb = '['.repeat(depth) + ']'.repeat(depth);
  return json(`{"pad":${bomb},"keys":${JSON.stringify(keys)}}`);
}

/** A set of so many keys, of which the last is the good one. */
export function crowded(good: object, count = 10_000): Behaviour {
  const others = Array.from({ length: count - 1 }, (_, index) => ({ ...good, kid: String(index) }));
  return json({ keys: [...others, good] });
}

/** Whoever reads goes away in the middle: that is what is wanted of these answers. */
function ignore(): void {
  // Nothing is left to be done.
}
