import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { currentAuth } from '../context/current-request.js';
import { authOf, type RequestAuth } from '../context/request-auth.js';
import { AuthConfigurationError } from '../core/auth-configuration-error.js';
import { Forbidden, MissingCredential } from '../core/auth-error.js';
import type { Principal } from '../core/principal.js';
import { invocationsOf } from '../transports/invocation.js';

/** How a parameter behaves where the request has no such value. */
export interface ValueOptions {
  /** Refuse the request: 401 when nobody is authenticated, 403 when the caller has no such value. */
  readonly required?: boolean;
}

/** What a parameter is filled with, and whether it must be there. */
interface RequestValue extends Required<ValueOptions> {
  /** The decorator, for messages. */
  readonly name: string;
  readonly read: (principal: Principal, auth: RequestAuth) => unknown;
}

function fill({ name, read, required }: RequestValue, context: ExecutionContext): unknown {
  const auth = authIn(context);
  if (!auth) throw isRead(context) ? guardDidNotRun(name) : nobodyCalls(name);
  const value = (auth.principal && read(auth.principal, auth)) ?? undefined;
  if (required) assertThere(name, value, auth);
  return value;
}

const requestValueOf = createParamDecorator(fill);

/** Where Nest keeps the parameters of a method, beside the class. */
const PARAMETERS = '__routeArguments__';

/** Our decorators on the parameters of a method, by their names. */
export function requestValuesOf(metatype: object, method: string): readonly string[] {
  const kept: unknown = Reflect.getMetadata(PARAMETERS, metatype, method) ?? {};
  const parameters = Object.values(kept as Readonly<Record<string, Partial<KeptParameter>>>);
  return parameters.flatMap(({ factory, data }) => (factory === fill && data ? [data.name] : []));
}

/** What `createParamDecorator` makes Nest keep of a parameter. */
interface KeptParameter {
  readonly factory: unknown;
  readonly data: RequestValue;
}

/** A message of WebSockets is told apart by nothing but the scope in which it is handled. */
function authIn(context: ExecutionContext): RequestAuth | undefined {
  if (context.getType<string>() === 'ws') return currentAuth();
  for (const key of invocationsOf(context)) {
    const auth = authOf(key);
    if (auth) return auth;
  }
  return;
}

/** Nobody has no values, whatever stands for nobody. */
function assertThere(name: string, value: unknown, auth: RequestAuth): void {
  const { principal } = auth;
  if (!principal || principal.kind === 'anonymous') {
    throw auth.refuse(new MissingCredential('missing_credentials'));
  }
  if (value === undefined)
    throw auth.refuse(new Forbidden('missing_value', { detail: `@${name}` }));
}

/** Makes the decorator of a handler parameter that is read from the principal. */
export function requestValue(value: RequestValue): ParameterDecorator {
  return requestValueOf(value);
}

/** The kinds of contexts that callers come by; in all others, nobody calls. */
const READ = new Set<string>(['http', 'graphql', 'ws', 'rpc']);

function isRead(context: ExecutionContext): boolean {
  return READ.has(context.getType());
}

function nobodyCalls(name: string): AuthConfigurationError {
  return new AuthConfigurationError(
    `@${name}`,
    'is used in a handler that no caller reaches',
    'Remove it: in a context of another type than http, graphql, ws and rpc, nobody is known.',
  );
}

function guardDidNotRun(name: string): AuthConfigurationError {
  return new AuthConfigurationError(
    `@${name}`,
    'is used where AuthGuard did not run',
    'Import AuthModule with `global: true` (the default), or add @UseGuards(AuthGuard, RolesGuard) to the controller.',
  );
}
