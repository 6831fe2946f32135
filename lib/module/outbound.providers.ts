import type { Provider } from '@nestjs/common';
import { AuthService } from '../guards/auth-service.js';
import { AuthEvents } from '../observability/auth-events.js';
import { Service } from '../outbound/service.js';
import { Services } from '../outbound/services.js';
import type { ResolvedAuthOptions } from './options/resolve-options.js';
import { RESOLVED_OPTIONS } from './tokens.js';

/** What calls others. */
export const OUTBOUND_PROVIDERS: readonly Provider[] = [
  {
    provide: Services,
    useFactory: (options: ResolvedAuthOptions, events: AuthEvents) => servicesOf(options, events),
    inject: [RESOLVED_OPTIONS, AuthEvents],
  },
  {
    provide: AuthService,
    useFactory: (services: Services, { clock }: ResolvedAuthOptions) =>
      new AuthService(services, clock),
    inject: [Services, RESOLVED_OPTIONS],
  },
];

function servicesOf(options: ResolvedAuthOptions, events: AuthEvents): Services {
  const { services, clock, fetch, serviceTokenStore: tokenStore } = options;
  const told = {
    onObtained: (service: string, lifetimeSeconds: number): void => {
      events.emit({ type: 'token.obtained', service, lifetimeSeconds });
    },
    onFailing: (service: string, cause: unknown, isServing: boolean): void => {
      events.emit({ type: 'token.failing', service, cause, isServing });
    },
    onStoreFailed: (service: string, operation: 'read' | 'write', cause: unknown): void => {
      events.emit({ type: 'token.store_failed', service, operation, cause });
    },
  };
  return new Services(
    services.map((each) => new Service(each, { clock, fetch, tokenStore }, told)),
  );
}
