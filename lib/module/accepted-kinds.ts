import { AuthConfigurationError } from '../core/auth-configuration-error.js';
import type { RoutePolicies } from '../guards/route-policies.js';
import type { CredentialKind } from '../pipeline/credential-kind.js';
import type { Entrances } from '../pipeline/entrances.js';
import { SERVICE } from '../policy/decide.js';
import type { RouteAcceptance } from '../policy/route-policy.js';
import type { ControllerHandler } from './controllers.js';

/**
 * Looks at what handlers accept, so that a misspelt kind is told of at boot.
 *
 * @throws {AuthConfigurationError} When no such kind is configured, or two of them cannot be told apart.
 */
export function assertAccepted(
  handlers: Iterable<ControllerHandler>,
  policies: RoutePolicies,
  entrances: Entrances,
): void {
  for (const handler of handlers) {
    const accepts = policies.of(handler)?.accepts;
    if (accepts) assertKnown(accepts, entrances);
  }
}

function assertKnown(accepts: RouteAcceptance, entrances: Entrances): void {
  const { names, mode, declaredOn } = accepts;
  const known = [...entrances.names, ...(mode === 'any' ? [SERVICE] : [])];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new AuthConfigurationError(
      `@Accepts on ${declaredOn}`,
      `names ${JSON.stringify(unknown)}, which is no kind of credential here`,
      `Name one of ${known.join(', ')}, or add it to the option credentials; a preset brings its kinds once it has the key that they need, such as secretKey of clerk().`,
    );
  }
  const accepted = entrances.accepted(accepts);
  const twins = accepted.flatMap((one, index) =>
    accepted.slice(0, index).filter((other) => areTwins(one, other, mode)),
  );
  if (twins.length === 0 && accepted.length > 0) return;
  throw new AuthConfigurationError(
    `@Accepts on ${declaredOn}`,
    'names kinds that nobody can tell apart, or present together',
    'Give each kind a place of its own, or name one of them.',
  );
}

/** Whether a request could not say which of two kinds it brings, or could not bring both. */
function areTwins(one: CredentialKind, other: CredentialKind, mode: 'any' | 'all'): boolean {
  const shared = one.extractors.filter((extractor) => other.extractors.includes(extractor));
  if (mode === 'any') return shared.length > 0 && one.look === other.look;
  return shared.length === one.extractors.length && shared.length === other.extractors.length;
}
