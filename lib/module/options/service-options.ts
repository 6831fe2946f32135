import type { IntrospectionOptions } from './credential-options.js';

/** A service that this one calls, and how it proves there who it is. */
export interface ServiceOptions extends Partial<
  Pick<
    IntrospectionOptions,
    'clientId' | 'clientSecret' | 'privateKey' | 'keyId' | 'clientAuthentication'
  >
> {
  /**
   * Below this address the service is: `https://billing.internal/api`. A credential is sent nowhere else.
   *
   * @default none: `AuthService.fetch()` and `headers()` have nothing to do with it
   */
  readonly baseUrl?: string;
  /**
   * Whether it is reached by messages, or gRPC: `AuthService.messageHeaders()` gives headers for these,
   * which go wherever their client is connected.
   *
   * @default false
   */
  readonly messages?: boolean;
  /**
   * Whether `baseUrl` may be plain http beyond this machine: `http://billing:3000` inside a cluster. Tokens
   * are asked for by https all the same.
   *
   * > [!WARNING]
   * > Whoever sees the traffic has the tokens, and those of callers too. Only where the network encrypts by
   * > itself (a service mesh), or is trusted with them.
   *
   * @default false
   */
  readonly allowInsecure?: boolean;
  /** Whose tokens the service accepts. Its metadata say where they are asked for. */
  readonly issuer?: string;
  /**
   * Where tokens are asked for.
   *
   * @default discovered: `token_endpoint` of the issuer's metadata, on the issuer's origin
   */
  readonly tokenEndpoint?: string;
  /**
   * What a token is asked for, separated by spaces, or as a list.
   *
   * @default what the server gives
   * @see RFC 6749 section 3.3
   */
  readonly scope?: string | readonly string[];
  /** Whom the token is to be meant for, where the server asks for it so. */
  readonly audience?: string;
  /**
   * Whom the token is to be meant for.
   *
   * @see RFC 8707
   */
  readonly resource?: string;
  /**
   * How long the server may take to grant a token, in seconds: 0.1 to 60.
   *
   * @default 3
   */
  readonly timeoutSeconds?: number;
}
