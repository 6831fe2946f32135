/** Told of credentials that are made and ended here. Members that come from outside are on one line. */
interface CredentialFacts {
  /** Who did it: the subject of the caller; `undefined` outside of a request, and where nobody is known. */
  readonly doneBy?: string | undefined;
  /** By which request; `undefined` outside of one. */
  readonly requestId?: string | undefined;
}

interface KeyFacts extends CredentialFacts {
  /** Whom the key stands for. */
  readonly subject: string;
  readonly organizationId: string | undefined;
  /** In seconds since the epoch; `undefined` where it never ends. */
  readonly expiresAt: number | undefined;
}

/** An API key was made. */
export interface CredentialCreatedEvent extends KeyFacts {
  readonly type: 'credential.created';
  /** The id of the key, which is no secret. */
  readonly id: string;
}

/** An API key was given a successor, and ends soon or has ended. */
export interface CredentialRotatedEvent extends KeyFacts {
  readonly type: 'credential.rotated';
  /** The id of the key that ends. */
  readonly id: string;
  /** That of its successor, about which the other members are. */
  readonly successorId: string;
}

/** An API key was revoked. */
export interface CredentialRevokedEvent extends CredentialFacts {
  readonly type: 'credential.revoked';
  readonly id: string;
}

/** Tokens were put on a `RevocationList`: that of an id, those of a session, or those of a subject. */
export interface RevocationAddedEvent extends CredentialFacts {
  readonly type: 'revocation.added';
  readonly issuer: string;
  /** Claim `jti`. */
  readonly tokenId?: string | undefined;
  /** Claim `sid`. */
  readonly sessionId?: string | undefined;
  /** Claim `sub`. */
  readonly subject?: string | undefined;
}

/** What happens to API keys. No event holds one, nor its digest. */
export type ApiKeyEvent = CredentialCreatedEvent | CredentialRotatedEvent | CredentialRevokedEvent;

/** What happens to credentials that are made and ended here. No event holds one. */
export type CredentialEvent = ApiKeyEvent | RevocationAddedEvent;
