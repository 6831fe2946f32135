import {
  BadRequestException,
  ForbiddenException,
  NotFoundException,
  ServiceUnavailableException,
  UnauthorizedException,
  type HttpException,
} from '@nestjs/common';
import { AuthUnavailable, type AuthError } from '../../core/auth-error.js';
import type { RefusalCode } from '../../core/refusal.js';
import { challengesFor, type Realm } from './challenge.js';

/** What a client may be told of a refusal. */
export interface PublicRefusal {
  readonly statusCode: number;
  /** The name of the status: `Unauthorized`, `Forbidden`, … */
  readonly error: string;
  readonly code: RefusalCode;
  readonly message: string;
}

/** How refusals look to HTTP clients. */
export interface HttpRefusalStyle extends Realm {
  /** Shapes the body. Default: Nest's own shape plus `code`. */
  readonly body: (refusal: PublicRefusal) => object;
}

const EXCEPTIONS = {
  400: { exception: BadRequestException, error: 'Bad Request' },
  401: { exception: UnauthorizedException, error: 'Unauthorized' },
  403: { exception: ForbiddenException, error: 'Forbidden' },
  404: { exception: NotFoundException, error: 'Not Found' },
  503: { exception: ServiceUnavailableException, error: 'Service Unavailable' },
} as const;

/** Headers by name; one line for each of several values. */
export type AnswerHeaders = Readonly<Record<string, string | string[]>>;

/** An exception that Nest's filters know, and the headers that go with its answer. */
export function httpRefusal(
  failure: AuthError,
  style: HttpRefusalStyle,
  scopes: readonly string[],
): { exception: HttpException; headers: AnswerHeaders } {
  const { status, code, message, members } = failure;
  const { exception: Exception, error } = EXCEPTIONS[status];
  const shaped = style.body({ message, error, statusCode: status, code });
  // Whatever shape the body has, who looks for these finds them.
  const body = members ? { ...shaped, ...members } : shaped;
  return {
    exception: new Exception(body, { cause: failure }),
    headers: headersOf(failure, challengesFor(failure, style, scopes)),
  };
}

function headersOf(failure: AuthError, challenges: readonly string[]): AnswerHeaders {
  return {
    // Whatever stands between may not give one caller's refusal to another (RFC 9111 section 5.2.2.5).
    'Cache-Control': 'no-store',
    ...(challenges.length > 0 && { 'WWW-Authenticate': oneOrAll(challenges) }),
    ...(failure instanceof AuthUnavailable && { 'Retry-After': String(failure.retryAfterSeconds) }),
  };
}

function oneOrAll(values: readonly string[]): string | string[] {
  const [only = '', ...others] = values;
  return others.length === 0 ? only : [...values];
}
