import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { authOf } from '../context/request-auth.js';
import { AuthConfigurationError } from '../core/auth-configuration-error.js';
import { Forbidden, MissingCredential } from '../core/auth-error.js';
import type { Principal } from '../core/principal.js';
import { exchangeOf } from '../transports/exchange.js';

/** How a parameter behaves where the request has no such value. */
export interface ValueOptions {
  /** Refuse the request: 401 when nobody is authenticated, 403 when the caller has no such value. */
  readonly required?: boolean;
}

/** What a parameter is filled with, and whether it must be there. */
interface RequestValue extends Required<ValueOptions> {
  /** The decorator, for messages. */
  readonly name: string;
  readonly read: (principal: Principal) => unknown;
}

const requestValueOf = createParamDecorator(
  ({ name, read, required }: RequestValue, context: ExecutionContext): unknown => {
    const request = exchangeOf(context)?.key;
    const auth = request && authOf(request);
    if (!auth) throw guardDidNotRun(name);
    const value = auth.principal && read(auth.principal);
    if (value !== undefined && value !== null) return value;
    if (!required) return undefined;
    throw auth.refuse(
      auth.principal
        ? new Forbidden('missing_value', { detail: `@${name}` })
        : new MissingCredential('missing_credentials'),
    );
  },
);

/** Makes the decorator of a handler parameter that is read from the principal. */
export function requestValue(value: RequestValue): ParameterDecorator {
  return requestValueOf(value);
}

function guardDidNotRun(name: string): AuthConfigurationError {
  return new AuthConfigurationError(
    `@${name}`,
    'is used where AuthGuard did not run',
    'Import AuthModule with `global: true` (the default), or add @UseGuards(AuthGuard, RolesGuard) to the controller.',
  );
}
