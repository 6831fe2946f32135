import 'reflect-metadata';
import type { ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { MissingCredential } from '../../lib/core/auth-error.js';
import type { AuthenticatedPrincipal } from '../../lib/core/principal.js';
import { Accepts } from '../../lib/decorators/accepts.decorator.js';
import { OptionalAuth } from '../../lib/decorators/optional-auth.decorator.js';
import { Gate } from '../../lib/guards/gate.js';
import { Judge } from '../../lib/guards/judge.js';
import { OpenAnswers } from '../../lib/guards/open-answers.js';
import { RoutePolicies } from '../../lib/guards/route-policies.js';
import { AuthEvents } from '../../lib/observability/auth-events.js';
import { ANN } from '../core/ann.js';
import { LastingCalls } from '../../lib/transports/lasting-calls.js';
import { Transports } from '../../lib/transports/transports.js';

class Api {
  @OptionalAuth()
  open(): void {
    // Only its declaration matters.
  }

  closed(): void {
    // Only its declaration matters.
  }

  @Accepts('apiKey')
  keys(): void {
    // Only its declaration matters.
  }

  @Accepts('jwt')
  tokens(): void {
    // Only its declaration matters.
  }

  @Accepts.all('apiKey', 'jwt')
  together(): void {
    // Only its declaration matters.
  }
}

type Name = 'open' | 'closed' | 'keys' | 'tokens' | 'together';

const principalOf = (more: Partial<AuthenticatedPrincipal>): AuthenticatedPrincipal => ({
  ...ANN,
  credentialKind: undefined,
  ...more,
});

const unexpected = (): never => {
  throw new Error('Nothing is to be asked');
};
const events = new AuthEvents([], unexpected);
const rules = { denyUndeclared: false, superRoles: [], machinesDeclaredOnly: false };
const policies = new RoutePolicies(new Reflector());
const handlerOf = (name: Name): (() => void) => Reflect.get<Api, Name>(Api.prototype, name);
for (const name of ['open', 'closed', 'keys', 'tokens', 'together'] as const) {
  policies.learn({ controller: Api, metatype: Api, name, handler: handlerOf(name) });
}
const gate = new Gate(policies, {
  events,
  transports: new Transports([]),
  clock: Date.now,
  styles: { http: { realm: 'api', resourceMetadata: undefined, body: (refusal) => refusal } },
  requestProperty: null,
  tenancy: undefined,
  impersonation: 'allow',
  trustedServices: [],
  answers: new OpenAnswers({
    ending: 'none',
    clock: Date.now,
    lasting: new LastingCalls(() => undefined),
  }),
  stripHeaders: [],
  rules,
  judge: new Judge({ events, rules, instanceOf: unexpected, timeoutMs: 1000 }),
});

/** As one request of GraphQL reaches several handlers. */
let request = { headers: {}, rawHeaders: [], on: () => undefined };
const contextOf = (name: Name): ExecutionContext =>
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

  it('takes nobody for known by a handler that accepts other credentials', () => {
    const principal = principalOf({ credentialKind: 'jwt' });
    for (const [first, second] of [
      ['tokens', 'keys'],
      ['tokens', 'together'],
      ['tokens', 'closed'],
      ['closed', 'tokens'],
    ] as const) {
      request = { ...request };
      const before = gate.visit(contextOf(first));
      expect(before && gate.admit(before, principal)).toBe(true);
      expect(gate.visit(contextOf(first))?.principal).toBe(principal);
      expect(gate.visit(contextOf(second))?.principal).toBeUndefined();
    }
  });
});
