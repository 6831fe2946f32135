import { ownProperty } from '../core/own-property.js';
import { parseTrustworthyAddress } from './endpoint-address.js';
import { fetchJson, type FetchOptions } from './fetch-json.js';
import { IssuerEndpointError } from './issuer-endpoint-error.js';

/** No name of a host is longer (RFC 1035 section 2.3.4), and none is needed whole in a message. */
const MAX_ORIGIN_LENGTH = 100;

/** What an issuer publishes the address of, in its metadata (RFC 8414 section 2). */
export interface PublishedAddress {
  readonly member: 'jwks_uri' | 'introspection_endpoint' | 'token_endpoint';
  /** What is at the address, in words. */
  readonly name: string;
  /** What is asked, in words. */
  readonly question: string;
  /** The option that says it in the issuer's stead. */
  readonly option: string;
}

/**
 * Asks an issuer where something is: OpenID Connect Discovery 1.0 section 4, then RFC 8414 section 3.
 *
 * @throws {IssuerEndpointError}
 */
export async function discover(
  issuer: string,
  sought: PublishedAddress,
  options: FetchOptions,
): Promise<URL> {
  const failures: IssuerEndpointError[] = [];
  for (const endpoint of metadataAddresses(issuer)) {
    try {
      const { document = {} } = await fetchJson(endpoint, options);
      assertMetadataOf(issuer, document, endpoint);
      return addressIn(document, sought, endpoint);
    } catch (failure) {
      if (!isElsewhere(failure)) throw failure;
      failures.push(failure);
    }
  }
  const tried = failures.map(({ message }) => message).join('; ');
  throw new IssuerEndpointError(new URL(issuer), `does not say ${sought.question}: ${tried}`);
}

/** Whoever is down has no other address to be asked at: only "not here" is worth a second look. */
function isElsewhere(failure: unknown): failure is IssuerEndpointError {
  if (!(failure instanceof IssuerEndpointError)) return false;
  const { status = 0 } = failure;
  return status >= 400 && status < 500 && status !== 429;
}

/** OpenID Connect appends the well-known name to the issuer; RFC 8414 section 3.1 puts it before the path. */
function metadataAddresses(issuer: string): readonly URL[] {
  const base = issuer.replace(/\/$/, '');
  const { origin, pathname } = new URL(base);
  const path = pathname === '/' ? '' : pathname;
  return [
    new URL(`${base}/.well-known/openid-configuration`),
    new URL(`${origin}/.well-known/oauth-authorization-server${path}`),
  ];
}

type Metadata = Readonly<Record<string, unknown>>;

/** Metadata of another issuer is refused: the two must be identical (RFC 8414 section 3.3). */
function assertMetadataOf(issuer: string, metadata: Metadata, from: URL): void {
  if (ownProperty(metadata, 'issuer') === issuer) return;
  throw new IssuerEndpointError(
    from,
    'is the metadata of another issuer: name the issuer exactly as they do, slash at the end included',
  );
}

function addressIn(metadata: Metadata, { member, name, option }: PublishedAddress, from: URL): URL {
  const value = ownProperty(metadata, member);
  const address = typeof value === 'string' ? parseTrustworthyAddress(value) : undefined;
  if (!address) throw new IssuerEndpointError(from, `does not name ${name} behind https`);
  // Where a server connects to is not decided by a document: the operator says so, or it is the issuer's own.
  if (address.origin === from.origin) return address;
  const elsewhere = address.origin.slice(0, MAX_ORIGIN_LENGTH);
  throw new IssuerEndpointError(
    from,
    `names ${name} elsewhere, at ${elsewhere}: if that is right, set ${option} to its address`,
  );
}
