import { InvalidCredential, InvalidRequest, MissingCredential } from '../core/auth-error.js';
import type { AuthRequest } from '../core/auth-request.js';
import type { Credential } from '../core/credential.js';
import type { CredentialExtractor } from '../credential/credential-extractor.js';
import type { CredentialKind } from './credential-kind.js';

/** A credential, and the kind that decides on it. */
export interface Presented {
  readonly credential: Credential;
  readonly kind: CredentialKind;
}

/** A place of a request, and every kind of credential that may be found there. */
interface Place {
  readonly extractor: CredentialExtractor;
  readonly kinds: readonly CredentialKind[];
}

/**
 * Finds the credential of a request where only some kinds are accepted.
 *
 * What a credential is depends on how it looks, never on what would be accepted: the first kind that
 * claims it decides, and none is tried in its stead.
 */
export class Entrance {
  readonly #accepted: readonly CredentialKind[];
  readonly #explicit: readonly Place[];
  readonly #ambient: readonly Place[];
  readonly #schemes: readonly string[];
  readonly #isRepeatable: boolean;
  /** What lasting requests present, each as long as it lasts. */
  readonly #presented = new WeakMap<AuthRequest, Presented>();

  /**
   * @param kinds All that are configured, in the order in which they are asked.
   * @param accepted Those of them that may enter.
   */
  constructor(kinds: readonly CredentialKind[], accepted: readonly CredentialKind[]) {
    this.#accepted = accepted;
    this.#explicit = placesOf(kinds, 'header');
    // A browser sends its cookies whether they are meant or not.
    const meant = new Set(accepted.flatMap(({ extractors }) => extractors));
    this.#ambient = placesOf(kinds, 'cookie').filter(({ extractor }) => meant.has(extractor));
    this.#schemes = schemesOf(accepted);
    const places = [...this.#explicit, ...this.#ambient];
    this.#isRepeatable = places.every(({ extractor }) => extractor.isRepeatable);
  }

  /**
   * The one credential of a request. What a client sent on purpose comes before what its browser adds.
   *
   * Of a lasting request it is the same object each time, unless an extractor of the application's was asked.
   *
   * @throws {MissingCredential} When there is none.
   * @throws {InvalidRequest} When there are several.
   * @throws {InvalidCredential} When it is not of a kind that is accepted.
   */
  one(request: AuthRequest): Presented {
    if (request.isLasting !== true || !this.#isRepeatable) return this.#look(request);
    const known = this.#presented.get(request);
    if (known) return known;
    const presented = this.#look(request);
    this.#presented.set(request, presented);
    return presented;
  }

  #look(request: AuthRequest): Presented {
    const found = findOne(request, this.#explicit) ?? findOne(request, this.#ambient);
    if (!found) throw this.#missing(request);
    return { credential: found.credential, kind: this.#kindOf(found) };
  }

  /**
   * One credential of each kind that is accepted, in the order of their names.
   *
   * @throws As {@link one}; when one is missing, too.
   */
  each(request: AuthRequest): readonly Presented[] {
    const meant = this.#all(request, this.#explicit);
    const isMeant = (kind: CredentialKind): boolean => meant.some((each) => each.kind === kind);
    const added = this.#accepted.every(isMeant) ? [] : this.#all(request, this.#ambient);
    if (meant.length + added.length === 0) throw this.#missing(request);
    return this.#accepted.map((kind) => this.#only(kind, isMeant(kind) ? meant : added));
  }

  #all(request: AuthRequest, places: readonly Place[]): readonly Presented[] {
    return places.flatMap((place) => {
      const credential = place.extractor.extract(request);
      return credential ? [{ credential, kind: this.#kindOf({ credential, place }) }] : [];
    });
  }

  #only(kind: CredentialKind, among: readonly Presented[]): Presented {
    const [own, ...others] = among.filter((each) => each.kind === kind);
    if (others.length > 0) throw new InvalidRequest('multiple_credentials');
    if (own) return own;
    const detail = `all of ${this.#names()}`;
    throw new InvalidCredential('credential_not_accepted', { detail, schemes: [kind.scheme] });
  }

  #kindOf({ credential, place }: Found): CredentialKind {
    const [only, ...others] = place.kinds;
    // Where there is no choice, its verifier says what is wrong with it.
    if (only && others.length === 0) return this.#assertAccepted(only);
    const claiming = place.kinds.filter(({ verifier }) => verifier.claims(credential));
    const [first] = claiming;
    if (!first) throw new InvalidCredential('token_malformed', { schemes: schemesOf(place.kinds) });
    const alike = claiming.filter(({ look }) => look === first.look);
    return this.#assertAccepted(alike.find((kind) => this.#accepted.includes(kind)) ?? first);
  }

  #assertAccepted(kind: CredentialKind): CredentialKind {
    if (this.#accepted.includes(kind)) return kind;
    const detail = `${kind.name}, where only ${this.#names()} may enter`;
    throw new InvalidCredential('credential_not_accepted', { detail, schemes: this.#schemes });
  }

  #names(): string {
    return this.#accepted.map(({ name }) => name).join(', ');
  }

  #missing(request: AuthRequest): MissingCredential {
    const isOther = request.header('authorization').some((value) => value.trim() !== '');
    const reason = isOther ? 'unsupported_scheme' : 'missing_credentials';
    return new MissingCredential(reason, { schemes: this.#schemes });
  }
}

interface Found {
  readonly credential: Credential;
  readonly place: Place;
}

function findOne(request: AuthRequest, places: readonly Place[]): Found | undefined {
  let found: Found | undefined;
  for (const place of places) {
    const credential = place.extractor.extract(request);
    if (!credential) continue;
    if (found) throw new InvalidRequest('multiple_credentials');
    found = { credential, place };
  }
  return found;
}

function placesOf(
  kinds: readonly CredentialKind[],
  source: CredentialExtractor['source'],
): readonly Place[] {
  const extractors = new Set(kinds.flatMap((kind) => kind.extractors));
  return [...extractors]
    .filter((extractor) => extractor.source === source)
    .map((extractor) => ({
      extractor,
      kinds: kinds.filter((kind) => kind.extractors.includes(extractor)),
    }));
}

/** Bearer first, for there are clients that look at the first challenge only. */
function schemesOf(kinds: readonly CredentialKind[]): readonly string[] {
  const schemes = [...new Set(kinds.map(({ scheme }) => scheme))];
  return [
    ...schemes.filter((scheme) => scheme === 'Bearer'),
    ...schemes.filter((scheme) => scheme !== 'Bearer'),
  ];
}
