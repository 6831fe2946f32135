import {
  BadRequestException,
  ForbiddenException,
  NotFoundException,
  ServiceUnavailableException,
  UnauthorizedException,
  type HttpException,
} from '@nestjs/common';
import { AuthUnavailable, type AuthError } from '../../core/auth-error.js';
import { refusalBody, type RefusalBody } from '../public-refusal.js';
import { challengesFor, type Realm } from './challenge.js';

/** How refusals look to HTTP clients. */
export interface HttpRefusalStyle extends Realm {
  readonly body: RefusalBody;
}

const EXCEPTIONS = {
  400: BadRequestException,
  401: UnauthorizedException,
  403: ForbiddenException,
  404: NotFoundException,
  503: ServiceUnavailableException,
} as const;

/** Headers by name; one line for each of several values. */
export type AnswerHeaders = Readonly<Record<string, string | string[]>>;

/** An exception that Nest's filters know, and the headers that go with its answer. */
export function httpRefusal(
  failure: AuthError,
  style: HttpRefusalStyle,
  scopes: readonly string[],
): { exception: HttpException; headers: AnswerHeaders } {
  const Exception = EXCEPTIONS[failure.status];
  return {
    exception: new Exception(refusalBody(failure, style.body), { cause: failure }),
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
