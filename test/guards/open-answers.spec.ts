import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { jest } from '@jest/globals';
import type { Principal } from '../../lib/core/principal.js';
import { OpenAnswers, type AnsweredCall } from '../../lib/guards/open-answers.js';
import { LastingCalls } from '../../lib/transports/lasting-calls.js';
import { ANN } from '../core/ann.js';

const DAY_MS = 86_400_000;

const principalUntil = (milliseconds: number): Principal => ({
  ...ANN,
  expiresAt: milliseconds / 1000,
});

const answer = (): ServerResponse => new ServerResponse(new IncomingMessage(new Socket()));

describe('OpenAnswers', () => {
  const response = answer();
  const ended: string[] = [];
  const lasting = new LastingCalls(({ handler }, { reason }) => ended.push(`${handler} ${reason}`));
  const answers = new OpenAnswers({ ending: 'all', clock: () => Date.now(), lasting });
  const call = (): AnsweredCall => ({ handler: 'Api.read', route: 'GET /', requestId: undefined });

  /** Gives an answer to somebody whose credential holds for so long. */
  const watch = (milliseconds: number, isEventStream = false): ServerResponse => {
    const given = answer();
    const principal = principalUntil(Date.now() + milliseconds);
    answers.watch({ response: given, principal, isEventStream, call });
    return given;
  };

  beforeEach(() => {
    jest.useFakeTimers({ now: 1.8e12 });
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  it('waits no longer at a time than a timer can, and keeps no process alive', () => {
    const timers = jest.spyOn(globalThis, 'setTimeout');
    const given = watch(60 * DAY_MS);
    jest.advanceTimersByTime(60 * DAY_MS - 1);
    expect(given.destroyed).toBe(false);
    jest.advanceTimersByTime(1);
    expect(given.destroyed).toBe(true);
    expect(timers.mock.calls.map(([, delay]) => delay)).toEqual([
      2 ** 31 - 1,
      2 ** 31 - 1,
      60 * DAY_MS - 2 * (2 ** 31 - 1),
    ]);
    const made = timers.mock.results.map(({ value }) => value as NodeJS.Timeout);
    expect(made.map((timer) => timer.hasRef())).toEqual([false, false, false]);
  });

  it('has no timer for an answer that is over, nor for one whose credential does not expire', () => {
    watch(Infinity);
    expect(jest.getTimerCount()).toBe(0);
    const given = watch(DAY_MS);
    expect(jest.getTimerCount()).toBe(1);
    given.emit('close');
    expect(jest.getTimerCount()).toBe(0);
  });

  it('waits for nobody who left meanwhile', () => {
    response.destroy();
    answers.watch({ response, principal: principalUntil(Infinity), isEventStream: true, call });
    expect(response.listenerCount('close')).toBe(0);
  });

  it('keeps nothing of an answer that waits its turn on a connection that is gone', () => {
    const given = watch(DAY_MS);
    const waiting = [...lasting].length;
    given.req.emit('close');
    expect([...lasting]).toHaveLength(waiting - 1);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('waits on where the clock was set back', () => {
    const given = watch(1000);
    jest.setSystemTime(Date.now() - 5000);
    jest.advanceTimersByTime(1000);
    expect(given.destroyed).toBe(false);
    jest.advanceTimersByTime(5000);
    expect(given.destroyed).toBe(true);
  });

  it('lets whoever is let in by the tolerance of clocks have an answer', () => {
    const given = watch(-2000);
    jest.advanceTimersByTime(4999);
    expect(given.destroyed).toBe(false);
    ended.length = 0;
    jest.advanceTimersByTime(1);
    expect(given.destroyed).toBe(true);
    expect(ended).toEqual(['Api.read token_expired']);
  });

  it('ends an event stream in order where it is read, and survives an event that comes too late', () => {
    const given = watch(1000, true);
    given.writeHead(200).write('data: one\n\n');
    jest.advanceTimersByTime(1000);
    expect([given.writableEnded, given.destroyed]).toEqual([true, false]);
    expect(given.write('data: late\n\n')).toBe(false);
    given.emit('error', new Error('write after end'));
  });

  it('breaks off an event stream that is not read, or has not begun', () => {
    const [unread, unbegun] = [watch(1000, true), watch(1000, true)];
    unread.writeHead(200).write('x'.repeat(1_000_000));
    jest.advanceTimersByTime(1000);
    expect([unread.destroyed, unbegun.destroyed]).toEqual([true, true]);
  });
});
