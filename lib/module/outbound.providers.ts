import type { Provider } from '@nestjs/common';
import { AuthService } from '../guards/auth-service.js';
import { AuthEvents } from '../observability/auth-events.js';
import { Service, type ServiceEvents } from '../outbound/service.js';
import { Services } from '../outbound/services.js';
import { LastingCalls } from '../transports/lasting-calls.js';
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
    useFactory: (
      services: Services,
      { clock, context }: ResolvedAuthOptions,
      lasting: LastingCalls,
    ) => new AuthService({ services, clock, lasting, keepsRequests: context.isKept }),
    inject: [Services, RESOLVED_OPTIONS, LastingCalls],
  },
];

function servicesOf(options: ResolvedAuthOptions, events: AuthEvents): Services {
  const { services, clock, fetch, serviceTokenStore: tokenStore } = options;
  const telling: ServiceEvents = {
    onObtained: (told) => {
      events.emit({ type: 'token.obtained', ...told });
    },
    onFailing: (told) => {
      events.emit({ type: 'token.failing', ...told });
    },
    onStoreFailed: (service, operation, cause) => {
      events.emit({ type: 'token.store_failed', service, operation, cause });
    },
  };
  return new Services(
    services.map((each) => new Service(each, { clock, fetch, tokenStore }, telling)),
  );
}
