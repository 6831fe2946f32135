import { TestIssuer } from 'nestjs-portcullis/testing';

/** People of the sample, as the issuer describes them. */
const PEOPLE = {
  user: {
    sub: 'ann',
    org_id: 'acme',
    roles: ['member'],
    scope: 'orders:read orders:write',
  },
  admin: { sub: 'bob', org_id: 'acme', roles: ['member', 'admin'], scope: 'orders:read' },
};

/** Starts an issuer inside this process and points the configuration to it. */
export async function startEmbeddedIssuer(): Promise<Record<keyof typeof PEOPLE, string>> {
  const issuer = await TestIssuer.start({ algorithms: ['ES256'], audience: 'api://orders' });
  process.env['AUTH_ISSUER'] = issuer.issuer;
  process.env['AUTH_AUDIENCE'] = issuer.audience;
  const lifetime = { lifetimeSeconds: 3600 };
  return {
    user: await issuer.token(PEOPLE.user, lifetime),
    admin: await issuer.token(PEOPLE.admin, lifetime),
  };
}
