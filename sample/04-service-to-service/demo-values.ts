/** What the two APIs are called in tokens (claim `aud`). */
export const STOREFRONT = 'api://storefront';
export const BILLING = 'api://billing';

/**
 * What the storefront proves to the issuer who it is with. It is published, and so it protects nothing: an
 * application has its own, from its environment or a store of secrets.
 */
export const DEMO_CLIENT_SECRET = 'demo-secret-of-the-storefront';
