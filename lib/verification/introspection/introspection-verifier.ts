import { InvalidCredential } from '../../core/auth-error.js';
import type { Clock } from '../../core/clock.js';
import type { Credential } from '../../core/credential.js';
import { ownMembers } from '../../core/own-property.js';
import type { CredentialVerifier } from '../credential-verifier.js';
import { freezeClaims } from '../freeze-claims.js';
import { assertLength } from '../token-length.js';
import type { IntrospectedToken } from './introspected-token.js';
import { checkAnswer, claimsOf, isNamedByUsername } from './introspection-checks.js';
import { IntrospectionEndpoint, type IntrospectionSurroundings } from './introspection-endpoint.js';
import type { IntrospectionSettings } from './introspection-settings.js';

/** What introspecting takes. */
export interface IntrospectionVerifierParts extends IntrospectionSurroundings {
  /** What the kind of credential is called. */
  readonly kind: string;
  readonly settings: IntrospectionSettings;
  /**
   * What the server's tokens begin with, or one of several such.
   *
   * @default none: whatever no other verifier claims is asked about
   */
  readonly prefix?: string | readonly string[] | undefined;
}

/** What a bearer token is made of (RFC 6750 section 2.1). */
const B64TOKEN = /^[\w.~+/-]+=*$/;

/** Verifies opaque tokens by asking the authorization server that issued them (RFC 7662). */
export class IntrospectionVerifier implements CredentialVerifier {
  readonly #kind: string;
  readonly #settings: IntrospectionSettings;
  readonly #clock: Clock;
  readonly #prefixes: readonly string[];
  readonly #endpoint: IntrospectionEndpoint;

  constructor(parts: IntrospectionVerifierParts) {
    const { kind, settings, prefix = '', ...surroundings } = ownMembers(parts);
    const { clock } = surroundings;
    this.#kind = kind;
    this.#settings = settings;
    this.#clock = clock;
    this.#prefixes = [prefix].flat();
    this.#endpoint = new IntrospectionEndpoint(settings, ownMembers(surroundings));
  }

  claims({ value }: Credential): boolean {
    return this.#prefixes.some((prefix) => value.startsWith(prefix));
  }

  async verify(credential: Credential): Promise<IntrospectedToken> {
    assertLength(credential.value);
    const isToken = B64TOKEN.test(credential.value) && this.claims(credential);
    if (!isToken) throw new InvalidCredential('token_malformed');
    const answer = await this.#endpoint.ask(credential.value);
    const validity = checkAnswer(answer, this.#settings, this.#clock() / 1000);
    return {
      credential,
      kind: this.#kind,
      // A name that somebody chose may be that of a client.
      standsFor: isNamedByUsername(answer, this.#settings) ? 'user' : undefined,
      issuer: this.#settings.issuer,
      claims: freezeClaims(claimsOf(answer, this.#settings)),
      expiresAt: validity.expiresAt,
      validity,
    };
  }

  /** Ends all that is under way. */
  close(): void {
    this.#endpoint.close();
  }
}
