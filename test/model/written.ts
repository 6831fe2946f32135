/** What somebody may write about a handler, and who may call it: the words that the model understands. */

export const KINDS = ['roles', 'permissions', 'scopes'] as const;
export type Kind = (typeof KINDS)[number];

/** `@Public()`, `@OptionalAuth()`, `@OptionalAuth({ onInvalid: 'anonymous' })`. */
export interface Opening {
  readonly is: 'public' | 'optional' | 'optional-anonymous';
}

/** `@Authenticated()`. */
interface Authenticating {
  readonly is: 'authenticated';
}

/** `@Roles(…)`, `@Permissions.any(…)`, `@Scopes.all(…)`, … */
export interface Requiring {
  readonly is: 'required';
  readonly kind: Kind;
  readonly variant: 'bare' | 'any' | 'all';
  readonly names: readonly string[];
}

/** What a policy does when it is asked. */
export const ANSWERS = [
  ...(['true', 'false', 'undefined', 'one', 'text', 'observable'] as const),
  ...(['true-later', 'false-later', 'undefined-later'] as const),
  ...(['not-found', 'not-found-later', 'failure'] as const),
] as const;

export type RuleAnswer = (typeof ANSWERS)[number];

/** `hasRole(…)`, `hasPermission(…)`, `hasScope(…)`. */
export interface Having {
  readonly is: 'has';
  readonly kind: Kind;
  readonly names: readonly string[];
}

/** A policy, which nobody provides in some applications. */
export interface Asking {
  readonly is: 'policy';
  readonly answer: RuleAnswer;
  readonly isProvided: boolean;
}

/** A policy that is given an argument of the request, and wants it to be the caller's subject. */
interface Comparing {
  readonly is: 'comparing';
  readonly path: ArgumentPath<'id'>;
}

/** `owner(…)`. */
export interface Owning {
  readonly is: 'owner';
  readonly load: 'class' | 'function' | 'later' | 'nobody';
  readonly field: 'default' | 'path' | 'function';
  readonly claim: 'uid' | undefined;
  readonly id: ArgumentPath<'id'>;
}

/** `sameOrganization(…)`. */
interface SharingOrganization {
  readonly is: 'same-organization';
  readonly path: ArgumentPath<'orgId'>;
}

/** `anyOf(…)`, `allOf(…)`. */
export interface Combining {
  readonly is: 'any-of' | 'all-of';
  readonly rules: readonly WrittenRule[];
}

/** `not(…)`. */
interface Denying {
  readonly is: 'not';
  readonly rule: WrittenRule;
}

export type LeafRule = Having | Asking | Comparing | Owning | SharingOrganization;
export type WrittenRule = LeafRule | Combining | Denying;
type ArgumentPath<Name extends string> = `${'params' | 'query' | 'body'}.${Name}`;

/** `@Authorize(…)`, `@Owner(…)`, `@SameOrg(…)`. */
export interface Ruling {
  readonly is: 'rule';
  readonly decorator: 'authorize' | 'owner' | 'same-org';
  readonly rule: WrittenRule;
  readonly hide: boolean;
  readonly dryRun: boolean;
  readonly safeMethods: readonly ('GET' | 'HEAD')[];
}

export type MapEntry =
  | true
  | string
  | readonly string[]
  | { readonly roles: readonly string[]; readonly match?: 'any' | 'all' };

export type MapKey = 'GET' | 'GET_ONE' | 'GET_MANY' | 'POST' | 'HEAD' | 'ALL' | '*';

/** Roles by method, as the option and the decorator take them. */
export type WrittenMap =
  | MapEntry
  | (Readonly<Partial<Record<MapKey, MapEntry>>> & {
      readonly unlisted?: 'deny' | 'authenticated';
    });

/** `@RoleMap(…)`, on classes only. */
export interface Mapping {
  readonly is: 'role-map';
  readonly map: WrittenMap;
}

/** A decorator that puts another function in the place of the handler: it means nothing. */
export interface Tracing {
  readonly is: 'trace';
}

export type Closing = Authenticating | Requiring | Ruling | Mapping;
export type Written = Opening | Closing | Tracing;

/** `@Get(…)` and its like. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'HEAD' | 'ALL';
  readonly path: string | readonly string[];
}

/** One class as it is written; decorators from the top down. */
export interface WrittenClass {
  readonly path: string | readonly string[];
  readonly aboveClass: readonly Written[];
  /** `undefined` where the class does not write the handler and has that of its base class. */
  readonly aboveHandler: readonly Written[] | undefined;
  /** Counts where the class writes the handler. */
  readonly route: Route;
}

/** Base class first. */
export type WrittenClasses = readonly WrittenClass[];

/** What the token of a caller says. */
export interface Caller extends Readonly<Record<Kind, readonly string[]>> {
  readonly subject: string;
  readonly organization: string | undefined;
  readonly uid: unknown;
}

/** What comes with a request: nothing, a bad token, a token of an issuer that is down, or a good one. */
export type Presented = 'nothing' | 'bad' | 'undecidable' | Caller;

export interface WrittenRequest {
  readonly presented: Presented;
  readonly method: 'GET' | 'POST' | 'HEAD';
  readonly id: unknown;
  readonly orgId: unknown;
}

/** What an application says of all its handlers. */
export interface Settings {
  readonly undeclaredRoutes?: 'authenticated' | 'deny';
  readonly roleMap?: WrittenMap;
  readonly roles?: {
    readonly hierarchy?: Readonly<Record<string, readonly string[]>>;
    readonly permissions?: Readonly<Record<string, readonly string[]>>;
    readonly super?: readonly string[];
    readonly withinOrganization?: boolean;
  };
}

/** Whose the resources are that can be loaded, by their ids. No other id leads to one. */
export const OWNERS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['of-ann', 'ann'],
  ['of-bob', 'bob'],
  ['of-7', 7],
  ['7', '7'],
  ['of-nobody', undefined],
  ['of-null', null],
  ['of-empty', ''],
  ['of-half', 1.5],
]);

/** A resource that has its owner from its prototype only. */
export const INHERITED = { id: 'inherited', owner: 'ann' } as const;
