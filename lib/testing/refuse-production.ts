import { AuthConfigurationError } from '../core/auth-configuration-error.js';

/** What makes tokens and principals at will has no place where they are real. */
export function refuseProduction(name: string): void {
  if (!/^\s*prod(?:uction)?\s*$/i.test(process.env['NODE_ENV'] ?? '')) return;
  throw new AuthConfigurationError(
    name,
    'does not start where NODE_ENV is production',
    'Configure a real issuer there, and import nestjs-portcullis/testing from tests only.',
  );
}
