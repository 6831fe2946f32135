import { Controller, Get, Post } from '@nestjs/common';
import {
  CurrentUser,
  Public,
  Roles,
  Scopes,
  type AuthEvent,
  type AuthModuleOptions,
  type IssuerOptions,
  type Principal,
  type RefusalReason,
} from '../../lib/index.js';
import {
  start,
  type Adapter,
  type Parts,
  type RunningApplication,
} from '../e2e/http/application.js';
import { vectors } from './catalogue.js';

/** What a handler of the fixture tells of who is calling. */
const seen = (user: Principal): object => ({ sub: user.subject, roles: user.roles });

/** The routes of the catalogue whose features exist. */
@Controller()
export class FixtureApi {
  @Public()
  @Get('public')
  public(): object {
    return { public: true };
  }

  @Get('me')
  me(@CurrentUser() user: Principal): object {
    return seen(user);
  }

  @Roles('admin')
  @Get('admin')
  admin(@CurrentUser() user: Principal): object {
    return seen(user);
  }

  @Scopes('orders:read')
  @Get('orders')
  orders(@CurrentUser() user: Principal): object {
    return seen(user);
  }

  @Scopes('orders:write')
  @Post('orders')
  order(@CurrentUser() user: Principal): object {
    return seen(user);
  }
}

/** Issuer A of the catalogue, with its keys. */
export function issuerA(more: Partial<IssuerOptions> = {}): IssuerOptions {
  return {
    issuer: vectors.issuer_a,
    audience: vectors.audience,
    algorithms: ['RS256', 'ES256', 'EdDSA'],
    jwks: vectors.jwks_a,
    profile: 'rfc9068',
    clockToleranceSeconds: 60,
    maxTokenAgeSeconds: 86_400,
    ...more,
  };
}

/** Issuer B of the catalogue, with its keys. */
export const issuerB = (): IssuerOptions =>
  issuerA({ issuer: vectors.issuer_b, jwks: vectors.jwks_b });

/** What a fixture differs in from the one that the catalogue describes. */
export interface FixtureParts extends Partial<Omit<Parts, 'auth'>> {
  readonly issuers?: readonly IssuerOptions[];
  readonly auth?: Partial<AuthModuleOptions>;
  /** Octets of a request head that Node accepts; its default is 16 KiB. */
  readonly maxHeaderSize?: number;
}

/** An application with the issuers of the catalogue, and what was noticed of it. */
export interface Fixture extends RunningApplication {
  readonly events: AuthEvent[];
  /** The outcome of the request before: `undefined` where no guard was asked. */
  readonly reason: () => RefusalReason | 'ok' | undefined;
  /** Seconds since the epoch; the catalogue's clock stands still unless it is set. */
  now: number;
}

/** Starts the application of the catalogue. */
export async function startFixture(adapter: Adapter, parts: FixtureParts = {}): Promise<Fixture> {
  const { issuers, auth = {}, maxHeaderSize, ...metadata } = parts;
  const usual = auth.dynamicIssuers ? {} : { issuers: [issuerA(), issuerB()] };
  const events: AuthEvent[] = [];
  const clock = { now: vectors.now };
  const running = await start(adapter, {
    controllers: [FixtureApi],
    ...metadata,
    auth: {
      ...(issuers ? { issuers } : usual),
      clock: () => clock.now * 1000,
      onEvent: (event) => void events.push(event),
      ...auth,
    },
  });
  if (maxHeaderSize !== undefined) {
    Object.assign(running.app.getHttpServer() as object, { maxHeaderSize });
  }
  return {
    ...running,
    events,
    reason: () => reasonOf(events.findLast(({ type }) => type.startsWith('auth.'))),
    get now() {
      return clock.now;
    },
    set now(seconds: number) {
      clock.now = seconds;
    },
  };
}

function reasonOf(event: AuthEvent | undefined): RefusalReason | 'ok' | undefined {
  if (!event) return;
  if ('reason' in event) return event.reason;
  return event.type === 'auth.authenticated' ? 'ok' : undefined;
}
