import type { KeyObject } from 'node:crypto';
import type { Concealed } from '../core/concealed.js';

/** Who we are to the authorization server (RFC 6749 section 2.3). */
export type OAuthClient =
  | {
      readonly id: string;
      readonly method: 'client_secret_basic' | 'client_secret_post';
      readonly secret: Concealed<string>;
    }
  | {
      readonly id: string;
      /** RFC 7523 section 2.2. */
      readonly method: 'private_key_jwt';
      readonly key: Concealed<KeyObject>;
      /** What is signed with, as JWS calls it: `ES256`. */
      readonly algorithm: string;
      /** What the server knows the key by, if it has several. */
      readonly keyId: string | undefined;
    };
