/** The people of the sample. Nobody asks them for a password: the log-in form is a list of their names. */
export const PEOPLE: ReadonlyMap<string, Person> = new Map([
  ['ann', { name: 'Ann', org_id: 'acme', roles: ['reader', 'editor'] }],
  ['ben', { name: 'Ben', org_id: 'acme', roles: ['reader'] }],
  ['gil', { name: 'Gil', org_id: 'globex', roles: ['reader', 'editor'] }],
]);

/** Somebody, as access tokens describe them. */
export interface Person {
  readonly name: string;
  readonly org_id: string;
  readonly roles: readonly string[];
}

export const AUDIENCE = 'api://newsroom';

/** The page, as a client of the issuer. It keeps no secret, and has none. */
export const CLIENT_ID = 'newsroom-page';
