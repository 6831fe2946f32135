// Compiled, never run: what must compile, and what must not.
import { expectTypeOf } from 'expect-type';
import {
  AuthModule,
  CurrentUser,
  InvalidCredential,
  OrgId,
  Permissions,
  Roles,
  Scopes,
  type AuthError,
  type AuthModuleOptions,
  type AuthoritySet,
  type IssuerOptions,
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
// @ts-expect-error Without any issuer.
AuthModule.forRoot({});
// @ts-expect-error A misspelt option.
AuthModule.forRoot({ issuers: [], relm: 'x' });
AuthModule.forRootAsync({ useFactory: () => ({ issuers: [{ issuer, audience: 'x' }] }) });
// @ts-expect-error The factory gives no options.
AuthModule.forRootAsync({ useFactory: () => ({ issuer }) });

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

CurrentUser('claims.email', { required: true });
OrgId({ required: false });
// @ts-expect-error No such option.
OrgId({ requird: false });

// A principal is read-only, and told apart by its kind.
declare const principal: Principal;
expectTypeOf(principal.kind).toEqualTypeOf<'user' | 'service' | 'anonymous'>();
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

expectTypeOf<AuthModuleOptions['issuers']>().toEqualTypeOf<readonly IssuerOptions[]>();
