import { grantedPermissions, splitElements } from '../../../lib/providers/clerk/permission-bits.js';

function decode(fea: string, per: string, fpm: string): readonly string[] {
  return grantedPermissions(splitElements(fea) ?? [], { per, fpm }).permissions;
}
const isAmbiguous = (fea: string, fpm: string): boolean =>
  grantedPermissions(splitElements(fea) ?? [], { per: 'read,manage', fpm }).isAmbiguous;

describe('permission bits', () => {
  it('C14: examples of which the outcome is known', () => {
    expect(decode('o:dashboard,o:teams', 'manage,read', '3,2')).toEqual([
      ...['org:dashboard:manage', 'org:dashboard:read', 'org:teams:read'],
    ]);
    expect(decode('o:repositories,o:projects', 'read,create,update,delete,revoke', '7,21')).toEqual(
      [
        ...['org:repositories:read', 'org:repositories:create', 'org:repositories:update'],
        ...['org:projects:read', 'org:projects:update', 'org:projects:revoke'],
      ],
    );
    expect(decode('ou:memberships,u:impersonation', 'read,manage', '3')).toEqual([
      ...['org:memberships:read', 'org:memberships:manage'],
    ]);
  });

  it('C14: along the features of the organization, whichever stand between', () => {
    expect(decode('u:gold,o:repos,o:projects', 'read,manage', '3,2')).toEqual([
      ...['org:repos:read', 'org:repos:manage', 'org:projects:manage'],
    ]);
    expect(isAmbiguous('u:gold,o:repos,o:projects', '3,2')).toBe(false);
  });

  it('C14: where masks may as well be counted along all features, only what both ways grant', () => {
    // Counted along those of the organization: repos 3, projects 1; along all: repos 1, projects 2.
    expect(decode('u:gold,o:repos,o:projects', 'read,manage', '3,1,2')).toEqual(['org:repos:read']);
    expect(isAmbiguous('u:gold,o:repos,o:projects', '3,1,2')).toBe(true);
    // A feature of the user's by the same name vouches for nothing.
    expect(decode('u:repos,o:repos', 'read,manage', '3,0')).toEqual([]);
    // With the organization's first, both ways are one.
    expect(isAmbiguous('o:repos,o:projects,u:gold', '3,1,2')).toBe(false);
    expect(decode('o:repos,u:gold', 'read,manage', '3,3')).toHaveLength(2);
  });

  it('C14: masks beyond what a number can hold, and masks that are none', () => {
    const per = Array.from({ length: 70 }, (_, index) => `p${String(index)}`).join();
    const bits = [0, 53, 64, 69];
    const mask = bits.reduce((sum, bit) => sum | (1n << BigInt(bit)), 0n);
    expect(decode('o:a', per, String(mask))).toEqual(bits.map((bit) => `org:a:p${String(bit)}`));
    expect(decode('o:a,o:b,o:c', 'read', '-1,0x1,1')).toEqual(['org:c:read']);
    expect(decode('o:a,o:b', 'read', '1e0, 1 ')).toEqual(['org:b:read']);
    expect(decode('o:a', '', '1')).toEqual([]);
    expect(decode('o:a', 'read', '')).toEqual([]);
    expect(decode('o:a', 'read', '1,1,1')).toEqual(['org:a:read']);
  });

  it('C14: a list with something in it that is no feature grants nothing', () => {
    for (const claim of ['repos', 'o:repos,', ',', 'o:', undefined, null, 1, ['o:repos']]) {
      expect([claim, splitElements(claim)]).toEqual([claim, undefined]);
    }
    expect(decode('x:repos,o:projects', 'read', '1')).toEqual(['org:projects:read']);
  });
});
