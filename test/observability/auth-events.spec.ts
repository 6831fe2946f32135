import type { LoggerService } from '@nestjs/common';
import { AuthEvents } from '../../lib/observability/auth-events.js';
import type { AuthEvent } from '../../lib/observability/auth-event.js';
import { logRefusals } from '../../lib/module/log-refusals.js';

const DENIED: AuthEvent = {
  type: 'auth.denied',
  handler: 'Orders.list',
  code: 'invalid_token',
  reason: 'unknown_issuer',
};

describe('AuthEvents', () => {
  it('tells every listener, even after one that fails', () => {
    const seen: unknown[] = [];
    const fail = (): never => {
      throw new Error('listener');
    };
    const events = new AuthEvents([fail, (event) => seen.push(event)], (error) => seen.push(error));
    events.emit(DENIED);
    expect(seen).toEqual([new Error('listener'), DENIED]);
  });
});

describe('logRefusals', () => {
  function logged(event: AuthEvent): string[] {
    const lines: string[] = [];
    const at = (level: string) => (message: unknown) =>
      void lines.push(`${level}: ${String(message)}`);
    const logger: LoggerService = {
      log: at('log'),
      warn: at('warn'),
      error: at('error'),
      debug: at('debug'),
    };
    logRefusals(logger)(event);
    return lines;
  }

  it('logs a denial quietly, with its precise reason', () => {
    expect(logged(DENIED)).toEqual(['debug: Orders.list denied: unknown_issuer (invalid_token)']);
  });

  it('logs an outage loudly, with its cause', () => {
    const event: AuthEvent = {
      type: 'auth.unavailable',
      handler: 'Orders.list',
      code: 'auth_unavailable',
      reason: 'issuer_unavailable',
      cause: new Error('https://login.test/jwks answered with status 500'),
    };
    expect(logged(event)).toEqual([
      'error: Orders.list unavailable: issuer_unavailable: https://login.test/jwks answered with status 500',
    ]);
  });
});
