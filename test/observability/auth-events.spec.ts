import type { LoggerService } from '@nestjs/common';
import { AuthEvents } from '../../lib/observability/auth-events.js';
import type { AuthEvent } from '../../lib/observability/auth-event.js';
import { logKeyFailure, logRefusals } from '../../lib/module/log-refusals.js';

const DENIED: AuthEvent = {
  type: 'auth.denied',
  handler: 'Orders.list',
  code: 'invalid_token',
  reason: 'unknown_issuer',
  detail: 'any of https://login.test/',
  principal: undefined,
};

describe('AuthEvents', () => {
  it('tells every listener, even after one that fails', () => {
    const seen: unknown[] = [];
    const fail = (): never => {
      throw new Error('listener');
    };
    const events = new AuthEvents([fail, (event) => void seen.push(event)], (error) =>
      seen.push(error),
    );
    events.emit(DENIED);
    expect(seen).toEqual([new Error('listener'), DENIED]);
  });
});

it('AuthEvents outlives a listener whose promise is broken', async () => {
  const failure = await new Promise((resolve) => {
    new AuthEvents([() => Promise.reject(new Error('audit store down'))], resolve).emit(DENIED);
  });
  expect(failure).toEqual(new Error('audit store down'));
});

describe('logKeyFailure', () => {
  it('warns, with what the issuer did', () => {
    const lines: unknown[] = [];
    const logger = { warn: (line: unknown) => void lines.push(line) } as unknown as LoggerService;
    logKeyFailure(logger)(new Error('https://login.test/jwks answered with status 500'));
    logKeyFailure(logger)('odd');
    expect(lines).toEqual([
      expect.stringMatching(/^Keys could not be fetched.*: https:.* answered with status 500$/),
      expect.stringMatching(/^Keys could not be fetched.*: for an unknown reason$/),
    ]);
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
    void logRefusals(logger)(event);
    return lines;
  }

  it('logs a denial quietly, with its precise reason', () => {
    expect(logged(DENIED)).toEqual([
      'debug: Orders.list denied: unknown_issuer: any of https://login.test/',
    ]);
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
