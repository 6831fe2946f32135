import type { AuthReport } from './auth-report.js';
import { pathParameters } from './path-parameters.js';

/**
 * The parameters by which tenants are to be addressed, and that no route has: of a misspelt one, nothing
 * would ever be measured.
 */
export function unknownTenantParameters(
  names: readonly string[],
  report: AuthReport,
): readonly string[] {
  if (names.length === 0) return [];
  const routes = report.routes().filter(({ transport }) => transport === 'http');
  const found = routes.map(({ path }) => pathParameters(path));
  // Of some paths it cannot be told.
  if (found.includes(undefined)) return [];
  return names.filter((name) => !found.some((parameters) => parameters?.has(name)));
}
