import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { InvalidCredential } from '../../lib/core/auth-error.js';
import { LastingCalls, type LastingCall } from '../../lib/transports/lasting-calls.js';

const FAILURE = new InvalidCredential('token_revoked');

function callOf(handler: string, close: () => void): LastingCall {
  const unknown = { route: undefined, requestId: undefined, principal: undefined };
  return { transport: 'ws', handler, ...unknown, close };
}

describe('LastingCalls', () => {
  it.each([
    ['TypeError', new TypeError('the token of somebody')],
    ['an error', Object.assign(new Error('no'), { name: 'No\nname' })],
    ['what is no error', 'the token of somebody'],
  ])('ends all, though one throws %s', (name, thrown) => {
    const error = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    const ended: string[] = [];
    const closed: string[] = [];
    const lasting = new LastingCalls(({ handler }) => ended.push(handler));
    const failing = callOf('Bad.one', () => {
      // Whatever it is.
      throw thrown as Error;
    });
    lasting.add(failing);
    lasting.add(callOf('Good.one', () => closed.push('Good.one')));
    for (const each of lasting) lasting.end(each, FAILURE);
    expect(closed).toEqual(['Good.one']);
    expect(ended).toEqual(['Bad.one', 'Good.one']);
    expect([...lasting]).toEqual([]);
    expect(error.mock.calls).toEqual([[`Bad.one could not be ended in order: it threw ${name}`]]);
    error.mockRestore();
  });
});
