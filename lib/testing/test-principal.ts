import { AuthConfigurationError } from '../core/auth-configuration-error.js';
import { authoritySet } from '../core/authority-set.js';
import { Credential } from '../core/credential.js';
import { ownMembers } from '../core/own-property.js';
import {
  rememberCredential,
  rememberProvider,
  type Actor,
  type AuthenticatedPrincipal,
} from '../core/principal.js';
import { assertObject, refuseUnknown } from '../module/options/option-checks.js';

/** Who a test acts as. What is not given is empty. */
export interface TestPrincipal {
  /** Default: `'user'`. */
  readonly kind?: AuthenticatedPrincipal['kind'];
  /** Default: `'test-user'`. */
  readonly subject?: string;
  readonly organizationId?: string;
  readonly roles?: readonly string[];
  readonly permissions?: readonly string[];
  readonly scopes?: readonly string[];
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Default: `'apiKey'` with such a `kind`, else `'jwt'`. */
  readonly credentialKind?: string;
  /** Default: `'https://issuer.test'`. */
  readonly issuer?: string;
  /** In seconds since the epoch. Default: never. */
  readonly expiresAt?: number;
  readonly actor?: Actor;
  /** The provider whose preset names the issuer: `'clerk'`, for rules that only its sessions meet. Default: none. */
  readonly provider?: string;
  /** What `@Credentials()` gives. Default: nothing. */
  readonly credential?: string;
}

/** What a member has to be, and the cure where it is not. */
type Check = readonly [is: (value: unknown) => boolean, cure: string];

const KINDS: readonly unknown[] = ['user', 'service', 'apiKey'];

const NAME: Check = [
  (value) => typeof value === 'string' && value !== '',
  'Give a text, or leave it out.',
];

/** One text would be the set of its letters. */
const NAMES: Check = [
  (value) => isIterable(value) && [...value].every((each) => typeof each === 'string'),
  "Give a list of texts: ['admin'].",
];

const CHECKS: Readonly<Record<keyof TestPrincipal, Check>> = {
  kind: [(value) => KINDS.includes(value), "Give 'user', 'service' or 'apiKey'."],
  subject: NAME,
  organizationId: NAME,
  roles: NAMES,
  permissions: NAMES,
  scopes: NAMES,
  claims: [isObject, 'Give an object.'],
  credentialKind: NAME,
  issuer: NAME,
  expiresAt: [
    (value) => typeof value === 'number' && !Number.isNaN(value),
    'Give seconds since the epoch, or leave it out.',
  ],
  actor: [
    (value) => isObject(value) && typeof value['subject'] === 'string',
    "Give an object: { subject: 'support' }.",
  ],
  provider: NAME,
  credential: NAME,
};

/**
 * The principal that a test describes, frozen.
 *
 * @throws {AuthConfigurationError} When it describes none.
 */
export function principalFrom(test: TestPrincipal): AuthenticatedPrincipal {
  const given = checked(test);
  const principal: AuthenticatedPrincipal = {
    kind: given.kind ?? 'user',
    subject: given.subject ?? 'test-user',
    organizationId: given.organizationId,
    roles: authoritySet(given.roles),
    permissions: authoritySet(given.permissions),
    scopes: authoritySet(given.scopes),
    claims: Object.freeze({ ...given.claims }),
    issuer: given.issuer ?? 'https://issuer.test',
    credentialKind: given.credentialKind ?? (given.kind === 'apiKey' ? 'apiKey' : 'jwt'),
    expiresAt: given.expiresAt ?? Infinity,
    actor: given.actor,
  };
  if (given.credential !== undefined) {
    rememberCredential(principal, new Credential('header', given.credential));
  }
  if (given.provider !== undefined) rememberProvider(principal, given.provider);
  return Object.freeze(principal);
}

function checked(test: unknown): TestPrincipal {
  const option = 'actAs()';
  assertObject(option, test, "Say who acts, actAs({ subject: 'ann' }), or actAsNobody().");
  refuseUnknown(option, test, Object.keys(CHECKS));
  const given = ownMembers<TestPrincipal>(test);
  for (const [name, [is, cure]] of Object.entries(CHECKS)) {
    const value: unknown = given[name as keyof TestPrincipal];
    if (value === undefined || is(value)) continue;
    throw new AuthConfigurationError(`${option}.${name}`, 'is not what it should be', cure);
  }
  return given;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}
