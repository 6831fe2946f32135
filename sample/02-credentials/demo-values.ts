/**
 * Passwords and secrets of the sample. They are published, and so they protect nothing: an application
 * has its own, from its environment or a store of secrets.
 */
export const DEMO_PASSWORDS = {
  ann: 'demo-password-of-ann',
  bob: 'demo-password-of-bob',
  eve: 'demo-password-of-eve',
};

export const DEMO_PEPPER = 'demo-pepper: known to everybody who reads this';

/** This API, and the partner, as clients of the authorization server. */
export const DEMO_CLIENT_SECRETS = {
  'invoices-api': 'demo-secret-of-the-invoices-api',
  'umbrella-reports': 'demo-secret-of-the-partner',
};
