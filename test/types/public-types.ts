// Compiled, never run: what must compile, and what must not.
import { expectTypeOf } from 'expect-type';
import {
  anyOf,
  arg,
  auth0,
  Authorize,
  AuthModule,
  cognito,
  CurrentUser,
  firebase,
  hasRole,
  InvalidCredential,
  OrgId,
  Permissions,
  policy,
  RoleMap,
  Roles,
  SameOrg,
  Scopes,
  type AnonymousStatus,
  type AuthError,
  type AuthModuleOptions,
  type AuthoritySet,
  type IssuerEntry,
  type Policy,
  type PolicyRequest,
  type Principal,
  type RefusalReason,
} from '../../lib/index.js';

const issuer = 'https://login.test/';

// Issuer and audience are mandatory; the audience is waived by null and nothing else.
AuthModule.forRoot({ issuers: [{ issuer, audience: 'x' }] });
AuthModule.forRoot({ issuers: [{ issuer, audience: ['x', 'y'] }] });
AuthModule.forRoot({ issuers: [{ issuer, audience: null }] });
// @ts-expect-error Without an audience.
AuthModule.forRoot({ issuers: [{ issuer }] });
// @ts-expect-error The audience is not there by omission.
AuthModule.forRoot({ issuers: [{ issuer, audience: undefined }] });
// @ts-expect-error Without an issuer.
AuthModule.forRoot({ issuers: [{ audience: 'x' }] });
// @ts-expect-error A misspelt option.
AuthModule.forRoot({ issuers: [], relm: 'x' });
AuthModule.forRootAsync({ useFactory: () => ({ issuers: [{ issuer, audience: 'x' }] }) });
// @ts-expect-error The factory gives no options.
AuthModule.forRootAsync({ useFactory: () => ({ issuer }) });

// Of a provider as well; what it is known by is not there by omission either.
AuthModule.forRoot({ issuers: [auth0({ domain: 'a.auth0.com', audience: 'x' })] });
auth0({ domain: 'a.auth0.com', audience: null, claims: { roles: 'x' }, clockToleranceSeconds: 1 });
firebase({ projectId: 'p' });
// @ts-expect-error Without an audience.
auth0({ domain: 'a.auth0.com' });
// @ts-expect-error Without a client.
cognito({ userPoolId: 'eu-west-1_a' });
// @ts-expect-error A misspelt option.
firebase({ projectId: 'p', audiance: 'x' });

Roles('a', 'b');
Roles(['a', 'b']);
Permissions.any('a');
Scopes.all(['a']);
Roles(1, 'a');
// @ts-expect-error No number.
Permissions(1);
// @ts-expect-error A role is no boolean.
Roles(true);
// @ts-expect-error No mixture.
Scopes(['a'], 'b');
// @ts-expect-error A circular import leaves it behind.
Roles(undefined);
declare const names: readonly string[];
Roles(...names);
Roles.any(names);
AuthModule.forRoot({
  issuers: [],
  roles: {
    hierarchy: { admin: names },
    permissions: { admin: ['x'] },
    super: names,
  },
});
// @ts-expect-error The resolved options hold texts: a number is written as its digits.
AuthModule.forRoot({ issuers: [], roles: { super: [1] } });

CurrentUser('claims.email', { required: true });
OrgId({ required: false });
// @ts-expect-error No such option.
OrgId({ requird: false });

// A principal is read-only, and told apart by its kind.
declare const principal: Principal;
expectTypeOf(principal.kind).toEqualTypeOf<'user' | 'service' | 'apiKey' | 'anonymous'>();
expectTypeOf(principal.roles).toEqualTypeOf<AuthoritySet>();
expectTypeOf(principal.organizationId).toEqualTypeOf<string | undefined>();
// @ts-expect-error Read-only.
principal.subject = 'x';
expectTypeOf(principal.roles).not.toHaveProperty('add');
// @ts-expect-error Read-only.
principal.claims['x'] = 1;

// A reason is one of a table, never any.
declare const error: unknown;
if (error instanceof InvalidCredential) expectTypeOf(error.reason).toEqualTypeOf<RefusalReason>();
expectTypeOf<AuthError['status']>().toEqualTypeOf<400 | 401 | 403 | 404 | 503>();

expectTypeOf<AuthModuleOptions['issuers']>().toEqualTypeOf<readonly IssuerEntry[] | undefined>();

// What a policy is given has the names that are declared beside it, and no type: clients send it.
class MayRead implements Policy<{ id: unknown }> {
  allows({ principal: who, args, provide }: PolicyRequest<{ id: unknown }>): boolean {
    provide(args.id);
    expectTypeOf(args.id).toEqualTypeOf<unknown>();
    return who.kind !== 'anonymous';
  }
}
Authorize(MayRead, { id: arg('params.id') });
Authorize(MayRead, { id: 1 }, { hide: true, dryRun: true, safeMethods: ['GET'] });
Authorize(anyOf(hasRole('a'), policy(MayRead, { id: 1 })), { hide: true });
// @ts-expect-error An argument of the policy is missing.
Authorize(MayRead, {});
// @ts-expect-error This is no policy.
Authorize(class {});
// @ts-expect-error There is no such option.
SameOrg('params.id', { hid: true });
// @ts-expect-error This method changes something.
SameOrg('params.id', { safeMethods: ['POST'] });
RoleMap({ GET: true, POST: { roles: ['a'], match: 'any' }, ALL: ['a', 'b'] });
// @ts-expect-error There is no such method.
RoleMap({ GETS: true });
// @ts-expect-error False opens nothing.
RoleMap({ GET: false });
if (principal.kind === 'anonymous') expectTypeOf(principal.status).toEqualTypeOf<AnonymousStatus>();
