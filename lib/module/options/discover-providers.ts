import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import { inTime } from '../../core/in-time.js';
import type { AuthModuleOptions } from './auth-options.js';
import {
  isDiscovered,
  isProvider,
  type DiscoveredProvider,
  type IdentityProvider,
  type IssuerEntry,
} from './identity-provider.js';

/** How long a provider may take to say what it is called, in milliseconds. */
const PATIENCE_MS = 15_000;

/** The options, once every provider has said what it is called. */
export function discoverProviders(
  options: AuthModuleOptions | undefined,
): AuthModuleOptions | undefined | Promise<AuthModuleOptions> {
  const issuers: unknown = options?.issuers;
  if (!options || !Array.isArray(issuers)) return options;
  const entries = issuers as readonly IssuerEntry[];
  if (!entries.some(isDiscovered)) return options;
  return askAll(entries).then((known) => ({ ...options, issuers: known }));
}

function askAll(entries: readonly IssuerEntry[]): Promise<readonly IssuerEntry[]> {
  return Promise.all(
    entries.map(async (entry, index) =>
      isDiscovered(entry) ? asked(entry, `issuers[${String(index)}]`) : entry,
    ),
  );
}

/** @throws {AuthConfigurationError} When it does not say. */
async function asked(provider: DiscoveredProvider, option: string): Promise<IdentityProvider> {
  const silent = (): Error =>
    new AuthConfigurationError(
      option,
      'does not say what it is called',
      'Start again when the provider answers, or give what there is to be known.',
    );
  try {
    const found: unknown = await inTime(provider.discover(), PATIENCE_MS, silent);
    if (isProvider(found)) return found;
  } catch (failure) {
    if (failure instanceof AuthConfigurationError) throw failure;
  }
  throw silent();
}
