import type { IncomingMessage } from 'node:http';
import { jest } from '@jest/globals';
import { MessageScope } from '../../../lib/context/message-scope.js';
import type { AuthError } from '../../../lib/core/auth-error.js';
import type { Principal } from '../../../lib/core/principal.js';
import { LastingCalls } from '../../../lib/transports/lasting-calls.js';
import { SocketRequest } from '../../../lib/transports/ws/socket-request.js';
import type { Peer } from '../../../lib/transports/ws/peer.js';
import { SocketSession } from '../../../lib/transports/ws/socket-session.js';

const DAY_MS = 86_400_000;

const none = (): void => undefined;

describe('the end of a session', () => {
  let now: () => number;
  let asked: number;
  let ended: string[];

  beforeEach(() => {
    jest.useFakeTimers();
    now = Date.now;
    asked = 0;
    ended = [];
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  /** Of somebody whose credential ceases to hold in so many days. */
  function open(days: number): SocketSession {
    const peer = {
      request: SocketRequest.of({
        headers: { headers: {}, rawHeaders: [] },
        remoteAddress: undefined,
        tokens: [],
      }),
      handshake: {} as IncomingMessage,
      isGone: false,
      hasLeft: false,
      hold: (): void => undefined,
      release: (): void => undefined,
      onGone: (): void => undefined,
      expose: (): void => undefined,
      end: ({ code }: AuthError): void => {
        ended.push(code);
      },
    } satisfies Peer;
    const clock = (): number => {
      asked += 1;
      return now();
    };
    const realm = { realm: 'api', resourceMetadata: undefined };
    const styles = { http: { ...realm, body: (refusal: object): object => refusal } };
    const lasting = new LastingCalls(() => undefined);
    const anywhere = { metatype: Object, handler: 'Any', admit: none, readmit: none };
    const arrival = { client: {}, peer, gateways: [anywhere] };
    const session = new SocketSession(arrival, { clock, styles, lasting, anywhere });
    lasting.addUnheld(session);
    const expiresAt = (Date.now() + days * DAY_MS) / 1000;
    session.admit(new MessageScope({}, 0, []), { kind: 'user', expiresAt } as Principal);
    session.open();
    return session;
  }

  it('comes when its credential ceases to hold, and no sooner', () => {
    const session = open(1);
    jest.advanceTimersByTime(DAY_MS - 1);
    expect(ended).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(ended).toEqual(['token_expired']);
    expect(session.isOpen).toBe(false);
  });

  it('is waited for by several timers where it is far off, none of which spins', () => {
    open(60);
    jest.advanceTimersByTime(1000);
    expect(asked).toBe(1);
    jest.advanceTimersByTime(60 * DAY_MS - 1001);
    expect(ended).toEqual([]);
    expect(asked).toBeLessThan(10);
    jest.advanceTimersByTime(1);
    expect(ended).toEqual(['token_expired']);
  });

  it('is put off where the clock was set back, and comes at once where it tells no time', () => {
    open(1);
    now = () => Date.now() - DAY_MS;
    jest.advanceTimersByTime(DAY_MS);
    expect(ended).toEqual([]);
    now = () => NaN;
    jest.advanceTimersByTime(DAY_MS);
    expect(ended).toEqual(['token_expired']);
  });

  it('is not waited for after the client has gone', () => {
    open(1).forget();
    expect(jest.getTimerCount()).toBe(0);
  });
});
