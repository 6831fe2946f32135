import { inspect } from 'node:util';
import { AuthUnavailable } from '../../../lib/core/auth-error.js';
import type { IntrospectionSettings } from '../../../lib/verification/introspection/introspection-settings.js';
import { IntrospectionVerifier } from '../../../lib/verification/introspection/introspection-verifier.js';
import {
  answer,
  blackHole,
  delayed,
  endless,
  gzipBomb,
  html,
  huge,
  inTurn,
  redirectTo,
  reset,
  trickling,
  truncated,
  type Behaviour,
} from '../jwt/keys/faults.js';
import { FaultyIssuer, json } from '../jwt/keys/faulty-issuer.js';
import { IntrospectingServer, outcome, presented } from './introspecting-server.js';

const TOKEN = 'o1';

describe('IntrospectionVerifier cannot tell', () => {
  let server: IntrospectingServer;
  let attacker: FaultyIssuer;

  beforeEach(async () => {
    server = await IntrospectingServer.start();
    attacker = await FaultyIssuer.start();
  });

  afterEach(async () => {
    await server.close();
    await attacker.close();
  });

  const verifier = (settings: Partial<IntrospectionSettings> = {}): IntrospectionVerifier =>
    new IntrospectionVerifier({
      kind: 'opaqueToken',
      settings: server.settings(settings),
      clock: Date.now,
    });

  const good = (): Behaviour => json(server.active());
  const rows: [string, () => Behaviour, RegExp][] = [
    ['I-09: 500', () => json({}, 500), /status 500/],
    ['500 with a good answer', () => json(server.active(), 500), /status 500/],
    ['429', () => json({}, 429), /status 429/],
    ['400', () => json({ error: 'invalid_request' }, 400), /status 400/],
    ['401: our client is unknown', () => json({ error: 'invalid_client' }, 401), /status 401/],
    ['403: our client may not', () => json({ active: false }, 403), /status 403/],
    ['404', () => json({}, 404), /status 404/],
    ['201 with a good answer', () => json(server.active(), 201), /status 201/],
    ['I-11: silence', () => blackHole, /in time/],
    ['lateness', () => delayed(900, good()), /in time/],
    ['I-16: 204', () => (_, response) => response.writeHead(204).end(), /status 204/],
    ['304', () => (_, response) => response.writeHead(304).end(), /status 304/],
    ['I-17: 302', () => redirectTo(`${attacker.origin}/introspect`), /status 302/],
    [
      '307 to elsewhere',
      () => answer('', { status: 307, headers: { location: attacker.origin } }),
      /status 307/,
    ],
    ['I-18: 200 MB', () => huge(200), /more than 262144/],
    ['a bomb', () => gzipBomb(10), /more than 262144|in time/],
    ['I-19: a slow body', () => trickling(JSON.stringify(server.active()), 50), /in time/],
    ['an endless body', () => endless, /in time/],
    ['I-19b: a reset', () => reset, /reached/],
    ['half an answer', () => truncated(server.active()), /no|not/],
    ['I-14: a list', () => json([server.active()]), /JSON object/],
    ['I-14: null', () => json('null'), /JSON object/],
    ['I-14: a text', () => json('"active"'), /JSON object/],
    ['true', () => json('true'), /JSON object/],
    ['nothing', () => json(''), /JSON object/],
    ['a page', () => html, /application\/json/],
    [
      'I-15: a JWT that was not asked for',
      () => typed('application/token-introspection+jwt'),
      /application\/json/,
    ],
    ['no media type', () => (_, response) => response.writeHead(200).end('{}'), /application/],
    ['a media type that begins alike', () => typed('application/json5'), /application/],
  ];

  function typed(contentType: string): Behaviour {
    return answer(server.active(), { headers: { 'content-type': contentType } });
  }

  it.each(rows)('%s', async (_, behaviour, problem) => {
    server.behaviour = behaviour();
    const subject = verifier({ timeoutMs: 600 });
    const began = performance.now();
    const failure: unknown = await subject.verify(presented('secret-token')).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(performance.now() - began).toBeLessThan(1600);
    expect(failure).toBeInstanceOf(AuthUnavailable);
    expect(failure).toMatchObject({
      reason: 'introspection_unavailable',
      status: 503,
      retryAfterSeconds: 1,
      cause: { message: expect.stringMatching(problem) as unknown },
    });
    expect(inspect(failure, { depth: 10 })).not.toMatch(/secret-token|s:e\+c/);
    expect(attacker.requests).toEqual([]);
    // I-26: and can tell again as soon as the server does.
    server.behaviour = good();
    expect(await outcome(verifier(), TOKEN)).toBe('ann');
  });

  it('says when it is our client that is refused', async () => {
    server.behaviour = json({}, 401);
    const detail = 'our client may not introspect';
    await expect(verifier().verify(presented(TOKEN))).rejects.toMatchObject({ detail });
  });

  it('asks once more at once when a connection breaks', async () => {
    server.behaviour = inTurn(reset, good());
    expect(await outcome(verifier(), TOKEN)).toBe('ann');
    expect(server.tokens).toEqual([TOKEN, TOKEN]);
  });

  it('is asked nothing any more once it is closed', async () => {
    const subject = verifier();
    server.behaviour = blackHole;
    const asked = outcome(subject, TOKEN);
    subject.close();
    expect(await asked).toBe('introspection_unavailable');
    expect(await outcome(subject, TOKEN)).toBe('introspection_unavailable');
  });

  it('where the endpoint is behind plain http elsewhere, and sends no token there', async () => {
    const endpoint = new URL('http://introspection.invalid/introspect');
    await expect(verifier({ endpoint }).verify(presented(TOKEN))).rejects.toMatchObject({
      reason: 'introspection_unavailable',
      cause: { message: 'only requests to HTTPS are allowed' },
    });
  });
});
