import 'reflect-metadata';
import type { ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { MissingCredential } from '../../lib/core/auth-error.js';
import { OptionalAuth } from '../../lib/decorators/optional-auth.decorator.js';
import { Gate } from '../../lib/guards/gate.js';
import { Judge } from '../../lib/guards/judge.js';
import { RoutePolicies } from '../../lib/guards/route-policies.js';
import { AuthEvents } from '../../lib/observability/auth-events.js';

class Api {
  @OptionalAuth()
  open(): void {
    // Only its declaration matters.
  }

  closed(): void {
    // Only its declaration matters.
  }
}

const unexpected = (): never => {
  throw new Error('Nothing is to be asked');
};
const events = new AuthEvents([], unexpected);
const rules = { denyUndeclared: false, superRoles: [] };
const policies = new RoutePolicies(new Reflector());
const handlerOf = (name: 'open' | 'closed'): (() => void) =>
  Reflect.get<Api, 'open' | 'closed'>(Api.prototype, name);
for (const name of ['open', 'closed'] as const) {
  policies.learn({ controller: Api, metatype: Api, name, handler: handlerOf(name) });
}
const gate = new Gate(policies, {
  events,
  styles: { http: { realm: 'api', resourceMetadata: undefined, body: (refusal) => refusal } },
  requestProperty: null,
  rules,
  judge: new Judge({ events, rules, instanceOf: unexpected, timeoutMs: 1000 }),
});

/** As one request of GraphQL reaches several handlers. */
const request = { headers: {}, rawHeaders: [], on: () => undefined };
const contextOf = (name: 'open' | 'closed'): ExecutionContext =>
  ({
    getType: () => 'http',
    getClass: () => Api,
    getHandler: () => handlerOf(name),
    getArgByIndex: (index: number) => [request, {}][index],
  }) as unknown as ExecutionContext;

describe('Gate', () => {
  it('lets nobody in because another handler of the same request did', () => {
    const nobody = new MissingCredential('missing_credentials');
    const open = gate.visit(contextOf('open'));
    expect(open && gate.admitAnonymous(open, nobody)).toBe(true);
    expect(gate.visit(contextOf('open'))?.principal?.kind).toBe('anonymous');
    const closed = gate.visit(contextOf('closed'));
    expect(closed?.principal).toBeUndefined();
    expect(() => closed && gate.admitAnonymous(closed, nobody)).toThrow(
      'Authentication is required',
    );
  });
});
