import type { Fetch } from '../../endpoint/fetch.js';
import { IssuerEndpointError } from '../../endpoint/issuer-endpoint-error.js';
import { ownMembers, ownProperty } from '../../core/own-property.js';
import type { JsonObject } from '../../endpoint/read-json.js';

/** The form of project ids. */
export const PROJECT_ID = /^project_[a-z0-9]+$/;

/** Where the configuration of a project is published, and how it is fetched. */
export interface Configuration {
  readonly address: URL;
  readonly fetch: Fetch | undefined;
}

/** The issuer of a project's tokens, and their audience: whatever domain its vault has. */
export function issuerOf(projectId: string): string {
  return `https://${projectId.replaceAll('_', '-')}.tesseral.app`;
}

/** @throws {IssuerEndpointError} When a configuration names none. */
export function projectIn(document: JsonObject, { address }: Configuration): string {
  const id = ownProperty(document, 'projectId');
  if (typeof id === 'string' && PROJECT_ID.test(id)) return id;
  throw new IssuerEndpointError(address, 'names no project');
}

/**
 * The signing keys of a project, as its configuration has them.
 *
 * @throws {IssuerEndpointError} When it is the configuration of another project: its tokens would be
 *   refused anyway, and its keys must verify none of ours.
 */
export function keysIn(document: JsonObject, projectId: string, from: Configuration): unknown {
  if (projectIn(document, from) !== projectId) {
    throw new IssuerEndpointError(from.address, 'is the configuration of another project');
  }
  const keys = ownProperty(document, 'keys');
  return Array.isArray(keys) ? keys.map(whole) : keys;
}

/** The size of a coordinate of P-256, in octets. */
const COORDINATE = 32;

/** Tesseral leaves out leading zeros of coordinates, which must be there (RFC 7518 section 6.2.1.2). */
function whole(key: unknown): unknown {
  if (typeof key !== 'object' || key === null) return key;
  const { x, y, ...others } = ownMembers(key as JsonObject);
  return { ...others, x: padded(x), y: padded(y) };
}

function padded(coordinate: unknown): unknown {
  if (typeof coordinate !== 'string') return coordinate;
  const octets = Buffer.from(coordinate, 'base64url');
  if (octets.length >= COORDINATE) return coordinate;
  const zeros = Buffer.alloc(COORDINATE - octets.length);
  return Buffer.concat([zeros, octets]).toString('base64url');
}
