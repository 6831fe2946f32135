/** A feature or a plan, and whose it is: the organization's (`o`), the user's (`u`), or both. */
export interface ScopedName {
  readonly ofOrganization: boolean;
  readonly ofUser: boolean;
  readonly name: string;
}

/**
 * What claims `fea` and `pla` list: `o:repositories,u:gold`.
 *
 * @returns `undefined` where the claim is no such list.
 */
export function splitElements(claim: unknown): readonly ScopedName[] | undefined {
  if (typeof claim !== 'string' || claim === '') return;
  const elements = claim.split(',').map(scopedName);
  return elements.every((element) => element !== undefined) ? elements : undefined;
}

function scopedName(text: string): ScopedName | undefined {
  const [, scope = '', name = ''] = /^([^:]*):(.*)$/.exec(text.trim()) ?? [];
  if (name === '') return;
  const isKnown = ['o', 'u', 'ou', 'uo'].includes(scope);
  return {
    ofOrganization: isKnown && scope.includes('o'),
    ofUser: isKnown && scope.includes('u'),
    name,
  };
}

/** What a version 2 token says of permissions: their names, and a mask of bits for each feature. */
export interface PermissionMasks {
  readonly per: string;
  readonly fpm: string;
}

interface Granted {
  readonly permissions: readonly string[];
  /** Whether the two ways of counting features disagree, so that only what both grant is granted. */
  readonly isAmbiguous: boolean;
}

/**
 * The permissions of the active organization. Masks are counted along the features of the
 * organization, bits from the lowest. Where there is one for every feature, and some are the user's
 * and stand before, they may as well be counted along all of them.
 */
export function grantedPermissions(
  elements: readonly ScopedName[],
  { per, fpm }: PermissionMasks,
): Granted {
  if (per === '' || fpm === '') return { permissions: [], isAmbiguous: false };
  const names = per.split(',').map((name) => name.trim());
  const masks = fpm.split(',').map(maskOf);
  const own = elements.filter(({ ofOrganization }) => ofOrganization);
  const permissions = own.flatMap(({ name }, index) => bitsOf(name, masks[index], names));
  const isMixed = elements.slice(0, own.length).some(({ ofOrganization }) => !ofOrganization);
  const isAmbiguous = isMixed && masks.length === elements.length;
  if (!isAmbiguous) return { permissions, isAmbiguous };
  const otherwise = new Set(
    elements.flatMap(({ name, ofOrganization }, index) =>
      ofOrganization ? bitsOf(name, masks[index], names) : [],
    ),
  );
  return { permissions: permissions.filter((name) => otherwise.has(name)), isAmbiguous };
}

/** Masks are longer than a number is exact. */
function maskOf(text: string): bigint {
  const digits = text.trim();
  return /^\d+$/.test(digits) ? BigInt(digits) : 0n;
}

function bitsOf(feature: string, mask = 0n, names: readonly string[]): readonly string[] {
  return names.flatMap((name, bit) =>
    (mask >> BigInt(bit)) & 1n ? [`org:${feature}:${name}`] : [],
  );
}
