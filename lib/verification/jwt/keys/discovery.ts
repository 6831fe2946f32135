import { parseTrustworthyAddress } from './endpoint-address.js';
import { fetchJson } from './fetch-json.js';
import { IssuerEndpointError } from './issuer-endpoint-error.js';

/**
 * Asks an issuer where its keys are: OpenID Connect Discovery 1.0 section 4, then RFC 8414 section 3.
 *
 * @throws {IssuerEndpointError}
 */
export async function discoverJwksUri(issuer: string): Promise<URL> {
  const failures: IssuerEndpointError[] = [];
  for (const endpoint of metadataAddresses(issuer)) {
    try {
      return jwksUriOf(await fetchJson(endpoint), issuer, endpoint);
    } catch (failure) {
      if (!(failure instanceof IssuerEndpointError)) throw failure;
      failures.push(failure);
    }
  }
  const tried = failures.map(({ message }) => message).join('; ');
  throw new IssuerEndpointError(new URL(issuer), `does not say where its keys are: ${tried}`);
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

/** Metadata of another issuer is refused: the two must be identical (RFC 8414 section 3.3). */
function jwksUriOf(metadata: Readonly<Record<string, unknown>>, issuer: string, from: URL): URL {
  if (metadata['issuer'] !== issuer) {
    throw new IssuerEndpointError(from, 'is the metadata of another issuer');
  }
  const { jwks_uri: jwksUri } = metadata;
  const address = typeof jwksUri === 'string' ? parseTrustworthyAddress(jwksUri) : undefined;
  // An issuer elsewhere has no business with what listens on this very machine.
  const isSafe = address?.protocol === 'https:' || from.protocol === 'http:';
  if (address && isSafe) return address;
  throw new IssuerEndpointError(from, 'names no key set behind https');
}
