/** Told of our own credentials for the services that we call. */
interface TokenFacts {
  /** As it is called in the option `services`. */
  readonly service: string;
}

/** What a token is asked for: the words of the configuration, and of the program. */
export interface TokenPurposeFacts {
  readonly scope?: string;
  readonly audience?: string;
  readonly resource?: string;
}

/** A token was granted, or taken from the store where another instance put it. */
export interface TokenObtainedEvent extends TokenFacts {
  readonly type: 'token.obtained';
  readonly purpose: TokenPurposeFacts;
  /** For how long it is held, in seconds. */
  readonly lifetimeSeconds: number;
}

/** Tokens are not granted any more. */
export interface TokenFailingEvent extends TokenFacts {
  readonly type: 'token.failing';
  readonly purpose: TokenPurposeFacts;
  readonly cause: unknown;
  /** Whether a token that is still valid makes up for it. */
  readonly isServing: boolean;
}

/** The store where instances share tokens could not be read or written; the token endpoint is asked instead. */
export interface TokenStoreEvent extends TokenFacts {
  readonly type: 'token.store_failed';
  readonly operation: 'read' | 'write';
  readonly cause: unknown;
}

/** What happens to the tokens by which we call others. No event holds one. */
export type TokenEvent = TokenObtainedEvent | TokenFailingEvent | TokenStoreEvent;
