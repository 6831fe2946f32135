import type { AuthError } from '../../../lib/core/auth-error.js';
import { Credential } from '../../../lib/core/credential.js';
import { CachingIntrospectionVerifier } from '../../../lib/verification/introspection/caching-introspection-verifier.js';
import { IntrospectionVerifier } from '../../../lib/verification/introspection/introspection-verifier.js';
import { inTurn, type Behaviour } from '../jwt/keys/faults.js';
import { json } from '../jwt/keys/faulty-issuer.js';
import { IntrospectingServer, outcome, presented } from './introspecting-server.js';

const START = 1_800_000_000;

describe('CachingIntrospectionVerifier', () => {
  let server: IntrospectingServer;
  let now: number;
  let subject: CachingIntrospectionVerifier;

  beforeEach(async () => {
    server = await IntrospectingServer.start();
    now = START;
    subject = remembering();
  });

  afterEach(() => server.close());

  const clock = (): number => now * 1000;

  function remembering({ maxEntries = 100, maxAgeMs = 30_000 } = {}): CachingIntrospectionVerifier {
    const settings = server.settings();
    const verifier = new IntrospectionVerifier({ kind: 'opaqueToken', settings, clock });
    return new CachingIntrospectionVerifier({
      verifier,
      clock,
      settings: { maxEntries, maxAgeMs },
    });
  }

  /** What is known at once; `asked` where nothing is. */
  function recalled(token: string): unknown {
    try {
      const answer = subject.verify(presented(token));
      if (!(answer instanceof Promise)) return answer.claims['sub'];
      answer.catch(() => undefined);
      return 'asked';
    } catch (failure) {
      return (failure as AuthError).reason;
    }
  }

  /** Answers when it is told to. */
  function held(behaviour: Behaviour): {
    readonly release: () => void;
    readonly isAsked: Promise<void>;
  } {
    let release = (): void => undefined;
    let asked = (): void => undefined;
    const isAsked = new Promise<void>((resolve) => (asked = resolve));
    server.behaviour = (...exchange) => {
      release = () => {
        behaviour(...exchange);
      };
      asked();
    };
    return {
      release: () => {
        release();
      },
      isAsked,
    };
  }

  it('answers at once about a token it asked about before, with the very same', async () => {
    const first = await subject.verify(presented('o1'));
    expect(subject.verify(presented('o1'))).toBe(first);
    expect(server.asked).toHaveLength(1);
  });

  it('tells apart how a token was presented', async () => {
    await subject.verify(presented('o1'));
    const inCookie = await subject.verify(new Credential('cookie', 'o1'));
    expect(inCookie.credential.source).toBe('cookie');
    expect(server.asked).toHaveLength(1);
  });

  it('claims what its verifier claims', () => {
    expect(subject.claims(presented('o1'))).toBe(true);
  });

  it('I-23: accepts a revoked token no longer than it remembers', async () => {
    expect(await outcome(subject, 'o1')).toBe('ann');
    server.behaviour = json({ active: false });
    now += 29.9;
    expect(await outcome(subject, 'o1')).toBe('ann');
    now += 0.2;
    expect(await outcome(subject, 'o1')).toBe('token_inactive');
  });

  it('remembers from when it asked, and not from when it was answered', async () => {
    const { release, isAsked } = held(json(server.active()));
    const first = outcome(subject, 'o1');
    await isAsked;
    now += 20;
    release();
    expect(await first).toBe('ann');
    now += 9;
    expect(recalled('o1')).toBe('ann');
    now += 2;
    expect(recalled('o1')).toBe('asked');
  });

  it('I-24: accepts a token no longer than it is valid', async () => {
    subject = remembering({ maxAgeMs: 300_000 });
    server.behaviour = json(server.active({ exp: START + 5 }));
    expect(await outcome(subject, 'o1')).toBe('ann');
    now = START + 4.9;
    expect(recalled('o1')).toBe('ann');
    now = START + 5;
    expect(recalled('o1')).toBe('asked');
    now = START + 10;
    expect(recalled('o1')).toBe('token_expired');
    now = START + 200;
    expect(recalled('o1')).toBe('token_expired');
  });

  it('asks again when the clock is set back before a token is valid', async () => {
    server.behaviour = json(server.active({ nbf: START }));
    expect(await outcome(subject, 'o1')).toBe('ann');
    now -= 6;
    expect(await outcome(subject, 'o1')).toBe('token_not_active');
  });

  it('denies when the clock tells no time', async () => {
    expect(await outcome(subject, 'o1')).toBe('ann');
    now = Number.NaN;
    expect(recalled('o1')).toBe('token_expired');
  });

  it('remembers no active token where that is configured', async () => {
    subject = remembering({ maxAgeMs: 0 });
    expect(await outcome(subject, 'o1')).toBe('ann');
    expect(await outcome(subject, 'o1')).toBe('ann');
    expect([server.asked.length, subject.size.active]).toEqual([2, 0]);
  });

  it('remembers for five seconds that a token is inactive', async () => {
    server.behaviour = json({ active: false });
    expect(await outcome(subject, 'o1')).toBe('token_inactive');
    server.behaviour = json(server.active());
    now += 4.9;
    expect(recalled('o1')).toBe('token_inactive');
    now += 0.2;
    expect(await outcome(subject, 'o1')).toBe('ann');
  });

  it.each<[string, Behaviour]>([
    ['I-26: outage', json({}, 500)],
    ['refusal of our client', json({}, 401)],
    ['answer that is none', json('[]')],
  ])('remembers no %s', async (_, behaviour) => {
    server.behaviour = inTurn(behaviour, json(server.active()));
    expect(await outcome(subject, 'o1')).toBe('introspection_unavailable');
    expect(await outcome(subject, 'o1')).toBe('ann');
  });

  it('remembers no other refusal', async () => {
    server.behaviour = json(server.active({ aud: 'api://payments' }));
    expect(await outcome(subject, 'o1')).toBe('aud_mismatch');
    expect(recalled('o1')).toBe('asked');
  });

  it('I-27: tells apart tokens that begin, or end, alike', async () => {
    const alike = 'A'.repeat(200);
    const tokens = [`${alike}x`, `${alike}y`, `x${alike}`, `y${alike}`, alike];
    server.answerEach((token) => server.active({ sub: `of ${token}` }));
    for (let round = 0; round < 2; round += 1) {
      for (const token of tokens) expect(await outcome(subject, token)).toBe(`of ${token}`);
    }
    expect(server.tokens).toEqual(tokens);
  });

  it('I-28: asks once for all who present one token at a time', async () => {
    const answers = await Promise.all(
      Array.from({ length: 100 }, async () => subject.verify(presented('o1'))),
    );
    expect(new Set(answers).size).toBe(1);
    expect(server.asked).toHaveLength(1);
  });

  it('I-28: asks about every token that is another one', async () => {
    const tokens = Array.from({ length: 100 }, (_, index) => `o${String(index)}`);
    server.answerEach((token) => server.active({ sub: token }));
    expect(await Promise.all(tokens.map((token) => outcome(subject, token)))).toEqual(tokens);
    expect([...server.tokens].sort()).toEqual(tokens.sort());
  });

  it('shares a failure with whoever waits, and with nobody after', async () => {
    server.behaviour = json({}, 500);
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => outcome(subject, 'o1')));
    expect(new Set(outcomes)).toEqual(new Set(['introspection_unavailable']));
    expect(server.asked).toHaveLength(1);
    expect(subject.size).toEqual({ active: 0, inactive: 0, underWay: 0 });
  });

  it.each([
    [
      'it',
      (it: CachingIntrospectionVerifier) => {
        it.forget('o1');
      },
    ],
    [
      'all',
      (it: CachingIntrospectionVerifier) => {
        it.forgetAll();
      },
    ],
  ])('asks anew once it is told to forget %s', async (_, forget) => {
    expect(await outcome(subject, 'o1')).toBe('ann');
    server.behaviour = json({ active: false });
    forget(subject);
    expect(await outcome(subject, 'o1')).toBe('token_inactive');
    server.behaviour = json(server.active());
    forget(subject);
    expect(await outcome(subject, 'o1')).toBe('ann');
  });

  it.each([
    [
      'it',
      (it: CachingIntrospectionVerifier) => {
        it.forget('o1');
      },
    ],
    [
      'all',
      (it: CachingIntrospectionVerifier) => {
        it.forgetAll();
      },
    ],
  ])(
    'remembers, and shares, nothing it asked before it was told to forget %s',
    async (_, forget) => {
      const { release, isAsked } = held(json(server.active()));
      const before = outcome(subject, 'o1');
      await isAsked;
      forget(subject);
      server.behaviour = json({ active: false });
      expect(await outcome(subject, 'o1')).toBe('token_inactive');
      release();
      expect(await before).toBe('ann');
      expect(recalled('o1')).toBe('token_inactive');
      expect(subject.size).toEqual({ active: 0, inactive: 1, underWay: 0 });
    },
  );

  it('refuses unread what is too long', () => {
    expect(recalled('x'.repeat(8193))).toBe('token_too_large');
  });

  it('makes room for new tokens', async () => {
    subject = remembering({ maxEntries: 2 });
    server.answerEach((token) => server.active({ sub: token }));
    for (const token of ['a', 'b', 'c']) await outcome(subject, token);
    expect(['b', 'c', 'a'].map(recalled)).toEqual(['b', 'c', 'asked']);
  });

  it('ends what is under way when it is closed', async () => {
    const { isAsked } = held(json(server.active()));
    const asked = outcome(subject, 'o1');
    await isAsked;
    subject.close();
    expect(await asked).toBe('introspection_unavailable');
  });
});
