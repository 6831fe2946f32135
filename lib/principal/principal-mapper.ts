import { Forbidden, InvalidCredential } from '../core/auth-error.js';
import { authoritySet } from '../core/authority-set.js';
import type { Claims } from '../core/claims.js';
import { hiddenNotes } from '../core/hidden-notes.js';
import { ownProperty } from '../core/own-property.js';
import {
  rememberCredential,
  rememberOrigin,
  rememberProvider,
  type Actor,
  type AuthenticatedPrincipal,
} from '../core/principal.js';
import type { VerifiedCredential } from '../core/verified-credential.js';
import { compileClaimMap, type CompiledClaimMap } from './claim-map.js';
import { readNames, readRoles, readValue, sourcesWithin, type Spoken } from './claim-source.js';
import { expandAuthorities, PLAIN_ROLES, type RoleModel } from './role-model.js';

const DEFAULT_MAP = compileClaimMap();

/** What claims mean, by who vouches for them; where there is nothing, they follow the defaults. */
export interface ClaimMaps {
  /** By the very configuration of the issuer that a credential was verified by. */
  readonly ofSources: WeakMap<object, CompiledClaimMap>;
  /** Of other credentials, by kind, then by issuer. */
  readonly ofKinds: ReadonlyMap<string, ReadonlyMap<string, CompiledClaimMap>>;
}

/** Makes a principal of a verified credential, as the claim map of its issuer says. */
export class PrincipalMapper {
  readonly #maps: ClaimMaps;
  readonly #roles: RoleModel;
  readonly #mapped = hiddenNotes<AuthenticatedPrincipal>();
  readonly #mapOfPrincipal = hiddenNotes<CompiledClaimMap>();
  readonly #named = hiddenNotes<readonly string[]>();

  constructor(maps: ClaimMaps, roles: RoleModel = PLAIN_ROLES) {
    this.#maps = maps;
    this.#roles = roles;
  }

  /**
   * The same verified credential always gives the same principal.
   *
   * @throws {InvalidCredential} When the credential does not say whose it is.
   */
  map(verified: VerifiedCredential): AuthenticatedPrincipal {
    const known = this.#mapped.get(verified);
    if (known) return known;
    const principal = this.#principalOf(verified);
    this.#mapped.set(verified, principal);
    return principal;
  }

  #principalOf(verified: VerifiedCredential): AuthenticatedPrincipal {
    const { claims, issuer, expiresAt, credential, kind } = verified;
    const standsFor = Object.hasOwn(verified, 'standsFor') ? verified.standsFor : undefined;
    const map = this.#mapOf(verified);
    const subject = subjectOf(claims, map);
    const organizations = organizationsIn(claims, map);
    const organizationId = onlyOne(organizations);
    const spoken = { claims, organizationId };
    const roles = readRoles(spoken, map.roles);
    const permissions = readNames(spoken, map.permissions);
    const has = expandAuthorities({ organizationId, roles, permissions }, this.#roles);
    // Written out: an object that begins with another one's members is slow to make.
    const principal: AuthenticatedPrincipal = {
      kind: standsFor ?? kindOf(claims, subject),
      subject,
      organizationId,
      roles: authoritySet(has.roles),
      permissions: authoritySet(has.permissions),
      scopes: authoritySet(readNames(spoken, map.scopes)),
      claims,
      issuer,
      credentialKind: kind,
      expiresAt,
      actor: actorOf(spoken, map),
    };
    rememberCredential(principal, credential);
    this.#mapOfPrincipal.set(principal, map);
    if (organizations.length > 1) this.#named.set(principal, organizations);
    if (map.provider !== undefined) rememberProvider(principal, map.provider);
    return Object.freeze(principal);
  }

  /** The organizations that a credential names, where it names several: none of them is assumed. */
  severalOf(principal: AuthenticatedPrincipal): readonly string[] {
    return this.#named.get(principal) ?? [];
  }

  /**
   * A caller whose credential names no one organization, in the one that it may act in: with what the
   * credential grants there. Roles that hold everywhere are none where roles hold only inside an
   * organization, for of which one they would be, the credential does not say.
   */
  within(principal: AuthenticatedPrincipal, organizationId: string): AuthenticatedPrincipal {
    const placed = {
      ...principal,
      organizationId,
      ...this.#grantedWithin(principal, organizationId),
    };
    rememberOrigin(placed, principal);
    return Object.freeze(placed);
  }

  #grantedWithin(
    principal: AuthenticatedPrincipal,
    organizationId: string,
  ): Pick<AuthenticatedPrincipal, 'roles' | 'permissions' | 'scopes'> | undefined {
    const map = this.#mapOfPrincipal.get(principal);
    if (!map) return;
    const spoken = { claims: principal.claims, organizationId };
    const { withinOrganization } = this.#roles;
    const roles = readRoles(spoken, withinOrganization ? sourcesWithin(map.roles) : map.roles);
    const permissions = readNames(spoken, map.permissions);
    const has = expandAuthorities({ organizationId, roles, permissions }, this.#roles);
    return {
      roles: authoritySet(has.roles),
      permissions: authoritySet(has.permissions),
      scopes: authoritySet(readNames(spoken, map.scopes)),
    };
  }

  /** By name only where there is nothing better: a name may stand for another configuration by now. */
  #mapOf(verified: VerifiedCredential): CompiledClaimMap {
    const { ofSources, ofKinds } = this.#maps;
    const source = Object.hasOwn(verified, 'vouchedBy') ? verified.vouchedBy : undefined;
    const ofSource = source && ofSources.get(source);
    return ofSource ?? ofKinds.get(verified.kind)?.get(verified.issuer) ?? DEFAULT_MAP;
  }
}

/** @throws {InvalidCredential} When the credential does not say whose it is, or names several. */
function subjectOf(claims: Claims, map: CompiledClaimMap): string {
  const subject = onlyOne(readNames({ claims, organizationId: undefined }, map.subject));
  if (subject === undefined) throw new InvalidCredential('missing_claim', { detail: 'sub' });
  return subject;
}

/**
 * An issuer that belongs to an organization speaks for that one only.
 *
 * @throws {Forbidden} When it speaks for another.
 */
function organizationsIn(claims: Claims, map: CompiledClaimMap): readonly string[] {
  const { organizationOfIssuer } = map;
  const named = readNames({ claims, organizationId: undefined }, map.organizationId);
  if (organizationOfIssuer === undefined) return named.length > 1 ? [...new Set(named)] : named;
  if (named.every((name) => name === organizationOfIssuer)) return [organizationOfIssuer];
  const detail = `the issuer is that of ${organizationOfIssuer}`;
  throw new Forbidden('organization_mismatch', { detail });
}

/**
 * A client that acts for itself is its own subject (RFC 9068 section 2.2). Some issuers leave that
 * subject out; of `azp` alone nobody can tell whether a user stands behind the client.
 */
function kindOf(claims: Claims, subject: string): AuthenticatedPrincipal['kind'] {
  const client = text(claims, 'client_id') ?? text(claims, 'azp');
  return subject === client ? 'service' : 'user';
}

/** @throws {InvalidCredential} When somebody acts, and it cannot be told who: it must not look as if nobody did. */
function actorOf(spoken: Spoken, map: CompiledClaimMap): Actor | undefined {
  const value = readValue(spoken, map.actor);
  if (value === undefined) return;
  const claims: Claims = isRecord(value) ? value : Object.freeze({ sub: value });
  const subject = text(claims, 'sub') ?? text(claims, 'email');
  if (!subject) throw new InvalidCredential('claim_type', { detail: 'who acts' });
  return Object.freeze({ subject, reason: text(claims, 'reason'), claims });
}

/** A caller is in one organization at a time: where a token names several, none is assumed. */
function onlyOne(names: readonly string[]): string | undefined {
  return names.length === 1 ? names[0] : undefined;
}

function text(claims: Claims, name: string): string | undefined {
  const value = ownProperty(claims, name);
  return typeof value === 'string' ? value : undefined;
}

function isRecord(value: unknown): value is Claims {
  return typeof value === 'object' && value !== null;
}
