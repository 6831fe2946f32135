import { ForbiddenException, Injectable, NotFoundException } from '@nestjs/common';
import {
  allOf,
  anyOf,
  arg,
  AuthError,
  AuthModule,
  hasPermission,
  hasRole,
  not,
  owner,
  owns,
  policy,
  PolicyService,
  sameOrganization,
  type Policy,
  type PolicyRequest,
  type Principal,
} from '../../lib/index.js';
import { authoritySet } from '../../lib/core/authority-set.js';
import { anonymousAfter } from '../../lib/core/anonymous.js';
import { MissingCredential } from '../../lib/core/auth-error.js';
import { create, moduleOf } from '../e2e/http/application.js';

const ann: Principal = Object.freeze({
  kind: 'user',
  subject: 'ann',
  organizationId: 'acme',
  roles: authoritySet(['editor']),
  permissions: authoritySet([]),
  scopes: authoritySet([]),
  claims: { number: 7 },
  issuer: 'https://login.test/',
  credentialKind: 'jwt',
  expiresAt: 0,
  actor: undefined,
});
const nobody = anonymousAfter(new MissingCredential('missing_credentials')) ?? ann;

@Injectable()
class Documents {
  load(id: string): Promise<object | undefined> {
    if (id === 'broken') throw new NotFoundException();
    return Promise.resolve(id === '1' ? { ownerId: 'ann' } : undefined);
  }
}

@Injectable()
class IsSmall implements Policy<{ amount: unknown }> {
  allows({ args, transport }: PolicyRequest<{ amount: unknown }>): boolean {
    return transport === 'none' && Number(args.amount) < 10;
  }
}

describe('PolicyService', () => {
  let subject: PolicyService;
  let close: () => Promise<void>;

  beforeAll(async () => {
    const auth = AuthModule.forRoot({
      issuers: [
        { issuer: 'https://login.test/', audience: 'x', jwksUri: 'https://login.test/keys' },
      ],
      keySets: { hydrate: 'lazy' },
      roles: { super: ['root'] },
      errors: { body: (refusal) => ({ refusal, message: refusal.message }) },
    });
    const app = await create(
      'express',
      moduleOf({ imports: [auth], providers: [Documents, IsSmall] }),
    );
    await app.init();
    subject = app.get(PolicyService);
    close = () => app.close();
  });

  afterAll(() => close());

  const params = (id: unknown): { params: object } => ({ params: { id } });

  it('A14 F36 answers as a handler would', async () => {
    const mine = owner({ load: Documents });
    const allows = (rule: Parameters<PolicyService['allows']>[0], id: unknown): Promise<boolean> =>
      subject.allows(rule, { principal: ann, args: params(id) });
    expect(await allows(mine, '1')).toBe(true);
    expect(await allows(mine, '2')).toBe(false);
    expect(await allows(mine, undefined)).toBe(false);
    expect(await allows(not(mine), undefined)).toBe(false);
    expect(await allows(sameOrganization('params.id'), 'acme')).toBe(true);
    expect(await allows(allOf(hasRole('editor'), mine), '1')).toBe(true);
    expect(await allows(anyOf(hasRole('admin'), hasPermission('all')), '1')).toBe(false);
    await expect(allows(mine, 'broken')).rejects.toThrow(NotFoundException);
    const small = policy(IsSmall, { amount: arg('body.amount') });
    expect(await subject.allows(small, { principal: ann, args: { body: { amount: 3 } } })).toBe(
      true,
    );
    expect(await subject.allows(small, { principal: ann })).toBe(false);
  });

  it('knows super roles', async () => {
    const root = { ...ann, roles: authoritySet(['root']) };
    expect(await subject.allows(hasRole('admin'), { principal: root })).toBe(true);
    expect(await subject.allows(hasRole('admin'), { principal: ann })).toBe(false);
  });

  it('asserts by an exception that says why, to us', async () => {
    await expect(subject.assert(hasRole('editor'), { principal: ann })).resolves.toBeUndefined();
    const failure: unknown = await subject
      .assert(hasRole('admin', 'owner'), { principal: ann })
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ForbiddenException);
    const { cause, message } = failure as ForbiddenException;
    expect(message).toBe('Access is denied');
    expect(cause).toBeInstanceOf(AuthError);
    expect(cause).toMatchObject({ reason: 'policy_denied', detail: 'roles any of admin, owner' });
  });

  it('refuses with the body of a guard, and a resource that is not there with 403', async () => {
    for (const id of ['2', 'gone']) {
      const failure: unknown = await subject
        .assert(owner({ load: Documents }), { principal: ann, args: params(id) })
        .catch((error: unknown) => error);
      const { refusal } = (failure as ForbiddenException).getResponse() as { refusal: unknown };
      const expected = { error: 'Forbidden', statusCode: 403, code: 'forbidden' };
      expect(refusal).toEqual({ message: 'Access is denied', ...expected });
      expect((failure as ForbiddenException).getStatus()).toBe(403);
    }
  });

  it('A12 A14 tells whose a resource is that is there already', () => {
    expect(owns(ann, { ownerId: 'ann' })).toBe(true);
    expect(owns(ann, { ownerId: 'bob' })).toBe(false);
    expect(owns(ann, {})).toBe(false);
    expect(owns(ann, { by: { id: '7' } }, { field: 'by.id', claim: 'number' })).toBe(true);
    expect(owns(ann, { by: undefined }, { field: ({ by }) => by, claim: 'missing' })).toBe(false);
    expect(owns(nobody, { ownerId: 'anonymous' })).toBe(false);
    expect(() => owns(ann, { ownerId: 'ann' }, { feild: 'ownerId' } as object)).toThrow(
      'owns(): feild is no option. Remove it, or correct its name: field.',
    );
  });
});
