import { resolveAuthorization } from '../../lib/module/options/resolve-authorization.js';

const resolve = (more: object): unknown => resolveAuthorization(more);

describe('options of authorization', () => {
  it.each<[object, RegExp]>([
    [
      { undeclaredRoutes: 'open' },
      /^undeclaredRoutes is neither 'authenticated' nor 'deny'\. Give/,
    ],
    [{ roles: 'admin' }, /^roles is not an object/],
    [{ roles: { heirarchy: {} } }, /^roles\.heirarchy is no option/],
    [{ roles: { hierarchy: [] } }, /^roles\.hierarchy is not an object/],
    [{ roles: { hierarchy: { admin: 'editor' } } }, /^roles\.hierarchy\.admin is no list of names/],
    [{ roles: { hierarchy: { admin: [' editor'] } } }, /is no list of names/],
    [{ roles: { hierarchy: { a: ['b'], b: ['a'] } } }, /comes with itself\. Remove the circle/],
    [{ roles: { permissions: { admin: [1] } } }, /^roles\.permissions\.admin is no list/],
    [{ roles: { super: 'root' } }, /^roles\.super is no list of names/],
    [{ roles: { super: [''] } }, /^roles\.super is no list of names/],
    [{ roles: { withinOrganization: 'yes' } }, /^roles\.withinOrganization is no boolean/],
    [{ roleMap: { GET: '' } }, /^roleMap: GET has a name .* one text each\.$/],
    [{ report: true }, /^report is not an object/],
    [{ report: { strikt: true } }, /^report\.strikt is no option/],
    [{ report: { strict: 1 } }, /^report\.strict is no boolean/],
    [{ policies: 3 }, /^policies is not an object/],
    [{ policies: { timeout: 3 } }, /^policies\.timeout is no option/],
    [{ policies: { timeoutSeconds: 0 } }, /^policies\.timeoutSeconds/],
    [{ policies: { timeoutSeconds: NaN } }, /^policies\.timeoutSeconds/],
  ])('refuse to boot: %j', (options, message) => {
    expect(() => resolve(options)).toThrow(message);
  });

  it('have defaults', () => {
    expect(resolve({})).toMatchObject({
      rules: { denyUndeclared: false, superRoles: [] },
      roleModel: { withinOrganization: false },
      policyTimeoutMs: 3000,
    });
  });
});
