import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Concealed } from '../../lib/core/concealed.js';
import { runtimeFetch } from '../../lib/endpoint/fetch.js';
import {
  saysInvalidToken,
  sendWithToken,
  type CallToken,
  type TokenSource,
} from '../../lib/outbound/outgoing-call.js';

describe('sendWithToken', () => {
  let called: Server;
  let origin: string;
  let seen: string[];
  let reply: (response: ServerResponse) => void;

  beforeEach(async () => {
    seen = [];
    reply = (response) => void response.end();
    called = createServer(({ url = '', headers }, response) => {
      seen.push(`${url} ${headers.authorization ?? ''}`);
      reply(response);
    });
    await new Promise<void>((resolve) => called.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${String((called.address() as AddressInfo).port)}`;
  });

  afterEach(async () => {
    called.closeAllConnections();
    await new Promise((resolve) => called.close(resolve));
  });

  const token = (value: string): CallToken => ({
    token: new Concealed(value),
    reject: () => true,
  });
  const always: TokenSource = () => Promise.resolve(token('t'));
  const send = (init: object, tokenOf = always, fetch = runtimeFetch): Promise<Response> =>
    sendWithToken(new URL(`${origin}/x`), init, {
      ...{ tokenOf, requestId: undefined, fetch },
    });
  const refuse = (response: ServerResponse): void => {
    response.writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token"' });
    response.end('refused');
  };

  it.each([{}, { redirect: undefined }, { redirect: null }, { redirect: 'manual' }])(
    'follows no redirect: %j',
    async (init) => {
      reply = (response) => void response.writeHead(302, { location: '/elsewhere' }).end();
      if (init.redirect === null) await expect(send(init)).rejects.toThrow(RangeError);
      else expect((await send(init)).status).toBe(302);
      expect(seen).not.toContain('/elsewhere Bearer t');
    },
  );

  it('refuses to follow redirects, and takes one for an error where that is asked for', async () => {
    await expect(send({ redirect: 'follow' })).rejects.toThrow(/Location/);
    expect(seen).toEqual([]);
    reply = (response) => void response.writeHead(302, { location: '/elsewhere' }).end();
    await expect(send({ redirect: 'error' })).rejects.toThrow('fetch failed');
    expect(seen).toEqual(['/x Bearer t']);
  });

  it('a signal ends waiting for a token, and nobody else waits for less', async () => {
    let give: (token: CallToken) => void = () => undefined;
    const shared = new Promise<CallToken>((resolve) => {
      give = resolve;
    });
    const ending = new AbortController();
    const [ended, other] = [send({ signal: ending.signal }, () => shared), send({}, () => shared)];
    ending.abort();
    await expect(ended).rejects.toMatchObject({ name: 'AbortError' });
    await expect(send({ signal: ending.signal }, () => shared)).rejects.toThrow();
    give(token('t'));
    expect((await other).status).toBe(200);
    expect(seen).toEqual(['/x Bearer t']);
  });

  it('the first answer stands where no other token can be had', async () => {
    reply = refuse;
    let asked = 0;
    const once: TokenSource = () => {
      asked += 1;
      return asked === 1 ? Promise.resolve(token('t')) : Promise.reject(new Error('none'));
    };
    const answer = await send({}, once);
    expect([answer.status, await answer.text()]).toEqual([401, 'refused']);
    expect(seen).toEqual(['/x Bearer t']);
  });

  it('nobody keeps an answer that is not given to whoever asked', async () => {
    reply = refuse;
    const answers: Response[] = [];
    const keeping: typeof runtimeFetch = async (address, init) => {
      const answer = await runtimeFetch(address, { ...init, signal: null });
      answers.push(answer);
      return answer;
    };
    const ending = new AbortController();
    const [first, second] = [token('t'), token('u')];
    expect(
      (await send({}, () => Promise.resolve(answers[0] ? second : first), keeping)).status,
    ).toBe(401);
    const waiting: TokenSource = () =>
      answers.length < 3 ? Promise.resolve(first) : new Promise(() => undefined);
    const ended = send({ signal: ending.signal }, waiting, keeping);
    while (answers.length < 3) await new Promise((resolve) => setImmediate(resolve));
    ending.abort();
    await expect(ended).rejects.toMatchObject({ name: 'AbortError' });
    expect(answers.map(({ bodyUsed }) => bodyUsed)).toEqual([true, false, true]);
    expect(await answers[1]?.text()).toBe('refused');
  });
});

describe('saysInvalidToken', () => {
  it.each([
    ['Bearer error="invalid_token"', true],
    ['Bearer realm="a", error=invalid_token', true],
    ['DPoP alg="ES256", Bearer realm="a", error="invalid_token"', true],
    ['Bearer error="insufficient_scope"', false],
    ['Basic error="invalid_token"', false],
    ['error="invalid_token", Bearer', false],
    [undefined, false],
  ])('%s: %s', (challenge, expected) => {
    expect(saysInvalidToken(401, challenge)).toBe(expected);
    expect(saysInvalidToken(400, challenge)).toBe(false);
  });

  it('takes no time, whatever it is given', () => {
    const startedAt = performance.now();
    for (const text of ['Bearer ', 'error', 'error="invalid_token']) {
      saysInvalidToken(401, `Bearer ${text.repeat(100_000)}`);
    }
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });
});
