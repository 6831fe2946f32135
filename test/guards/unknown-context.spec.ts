import 'reflect-metadata';
import { ForbiddenException, SetMetadata, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { Public } from '../../lib/decorators/public.decorator.js';
import { Roles } from '../../lib/decorators/roles.decorator.js';
import { AuthGuard } from '../../lib/guards/auth.guard.js';
import { Gate } from '../../lib/guards/gate.js';
import { identify } from '../../lib/guards/handler-identity.js';
import { Judge } from '../../lib/guards/judge.js';
import { RolesGuard } from '../../lib/guards/roles.guard.js';
import { OpenAnswers } from '../../lib/guards/open-answers.js';
import { RoutePolicies } from '../../lib/guards/route-policies.js';
import { AuthEvents } from '../../lib/observability/auth-events.js';
import { Authenticator } from '../../lib/pipeline/authenticator.js';
import { Entrances } from '../../lib/pipeline/entrances.js';
import { PrincipalMapper } from '../../lib/principal/principal-mapper.js';
import { LastingCalls } from '../../lib/transports/lasting-calls.js';
import { Transports } from '../../lib/transports/transports.js';

class Gateway {
  @SetMetadata('message', true)
  message(): void {
    // Only its declaration matters.
  }

  @Public()
  open(): void {
    // Only its declaration matters.
  }

  @Roles('admin')
  closed(): void {
    // Only its declaration matters.
  }
}

const reasons: string[] = [];
const events = new AuthEvents(
  [
    (event) => {
      if (event.type === 'auth.denied') reasons.push(event.reason);
    },
  ],
  fail,
);
const rules = { denyUndeclared: false, superRoles: [], machinesDeclaredOnly: false };
const judge = new Judge({ events, rules, instanceOf: fail, timeoutMs: 1000 });
const gate = new Gate(new RoutePolicies(new Reflector()), {
  events,
  transports: new Transports([]),
  clock: Date.now,
  styles: { http: { realm: 'api', resourceMetadata: undefined, body: (refusal) => refusal } },
  requestProperty: 'user',
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
  judge,
});
const authenticator = new Authenticator({
  entrances: new Entrances([]),
  mapper: new PrincipalMapper({ ofKinds: new Map(), ofSources: new WeakMap() }),
  rules,
});
const authGuard = new AuthGuard(gate, authenticator);
const guards = [authGuard, new RolesGuard(gate, authGuard)];

function context(type: string, handler: () => void, request: unknown = {}): ExecutionContext {
  return {
    getType: () => type,
    getClass: () => Gateway,
    getHandler: () => handler,
    getArgByIndex: (index: number) => [request, {}][index],
  } as unknown as ExecutionContext;
}

const handlerOf = (name: keyof Gateway): (() => void) =>
  (Object.getOwnPropertyDescriptor(Gateway.prototype, name)?.value ?? fail) as () => void;
function fail(): never {
  throw new Error('No such handler');
}

describe.each(guards)('%o in a context it does not know', (guard) => {
  beforeEach(() => {
    reasons.length = 0;
  });

  it.each(['ws', 'rpc', 'graphql', 'necord', ''])('refuses a handler of type %j', (type) => {
    expect(() => guard.canActivate(context(type, handlerOf('message')))).toThrow(
      ForbiddenException,
    );
    expect(reasons).toEqual(['unsupported_context']);
  });

  it('lets a public handler be reached', () => {
    expect(guard.canActivate(context('ws', handlerOf('open')))).toBe(true);
  });

  it('takes a payload that looks like a request for what it is', () => {
    const payload = JSON.parse('{"headers":{"authorization":"Bearer x"},"on":"x"}') as unknown;
    for (const request of [payload, { raw: payload }, null, 'text']) {
      expect(() => guard.canActivate(context('http', handlerOf('message'), request))).toThrow(
        ForbiddenException,
      );
    }
  });

  it('refuses a handler of which it cannot tell what was declared', () => {
    const request = { on: () => undefined, headers: {}, rawHeaders: [] };
    const wrapped = (): void => undefined;
    expect(() => guard.canActivate(context('http', wrapped, request))).toThrow(ForbiddenException);
    expect(reasons).toEqual(['unknown_handler']);
  });

  it('does not take the name of a function for a proof of what it is', () => {
    const request = { on: () => undefined, headers: {}, rawHeaders: [] };
    for (const open of [(): void => undefined, handlerOf('message').bind(new Gateway())]) {
      Object.defineProperty(open, 'name', { value: 'open' });
      expect(() => guard.canActivate(context('http', open, request))).toThrow(ForbiddenException);
    }
    expect(reasons).toEqual(['unknown_handler', 'unknown_handler']);
  });
});

it('A guard knows a wrapped handler by what was written on it, and by no copied declaration', () => {
  const request = { on: () => undefined, headers: {}, rawHeaders: [] };
  const wrap = (handler: () => void): (() => void) => {
    const wrapped = (): void => undefined;
    for (const key of Reflect.getMetadataKeys(handler) as symbol[]) {
      Reflect.defineMetadata(key, Reflect.getMetadata(key, handler), wrapped);
    }
    return wrapped;
  };
  const open = handlerOf('open');
  const call = (): unknown => authGuard.canActivate(context('http', wrap(open), request));
  expect(call).toThrow(ForbiddenException);
  identify(open);
  expect(call()).toBe(true);
});
