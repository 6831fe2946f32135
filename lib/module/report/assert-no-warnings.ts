import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import type { AuthReport } from './auth-report.js';

/**
 * Refuses to boot where the report warns of anything.
 *
 * @throws {AuthConfigurationError}
 */
export function assertNoWarnings(report: AuthReport): void {
  const [first, ...others] = report.warnings();
  if (!first) return;
  const more = others.length === 0 ? '' : `, and ${String(others.length)} more`;
  throw new AuthConfigurationError(
    'report.strict',
    `allows no warning: ${first.message} (${first.code})${more}`,
    'Declare on each handler what is meant for it; without `strict`, app.get(AuthReport).toTable() shows them all.',
  );
}
