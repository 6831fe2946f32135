import { readFileSync } from 'node:fs';
import { importJWK, type CryptoKey, type JSONWebKeySet, type JWK } from 'jose';

/** The groups of the catalogue whose features exist. */
export type Group =
  | 'header'
  | 'jws'
  | 'claims'
  | 'keys'
  | 'cache'
  | 'prototype_pollution'
  | 'rbac'
  | 'apikey'
  | 'introspection'
  | 'log_leak'
  | 'concurrency'
  | 'tenant';

/** One entry of the catalogue: what is sent, and what it must be answered with. */
export interface Case {
  readonly id: string;
  readonly group: Group;
  readonly description: string;
  readonly how_to_build: string;
  /** 0: a failure to boot, or an invariant; no answer over HTTP. */
  readonly expected_status: number;
  /** Any of these is safe; `expected_status` is the preferred one. */
  readonly acceptable_statuses?: readonly number[];
  readonly expected_error_code: string | null;
  /** Any of these is as good as `expected_error_code`. */
  readonly any_code?: readonly string[];
  readonly expected_www_authenticate: string | null;
  readonly also_assert?: string;
  readonly vector?: string;
}

/** The catalogue, restricted to {@link Group}. */
export interface Catalogue {
  readonly meta: object;
  readonly cases: readonly Case[];
}

/** A request that is ready to be sent. */
interface Vector {
  readonly authorization: string;
}

/** Ready requests, and the issuers whose tokens they carry. */
export interface Vectors {
  /** The time at which they are sent, in seconds since the epoch. */
  readonly now: number;
  readonly issuer_a: string;
  readonly issuer_b: string;
  readonly audience: string;
  readonly jwks_a: JSONWebKeySet;
  readonly jwks_b: JSONWebKeySet;
  readonly tokens: Readonly<Record<string, Vector>>;
}

/** The private keys of the issuers and of the attacker. They protect nothing. */
export type PrivateKeys = Readonly<Record<string, JWK>>;

function read(file: string): unknown {
  return JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8'));
}

export const catalogue = read('cases.json') as Catalogue;
export const vectors = read('tokens.json') as Vectors;
export const privateKeys = read('keys.json') as PrivateKeys;

/** Keys that were imported, by algorithm and name: to import one takes as long as to sign with it. */
const imported = new Map<string, Promise<CryptoKey | Uint8Array>>();

/** A private key, ready to sign. */
export function signingKey(name: string, alg: string): Promise<CryptoKey | Uint8Array> {
  const known = imported.get(`${alg} ${name}`);
  if (known) return known;
  const key = importJWK(privateKeys[name] ?? {}, alg);
  imported.set(`${alg} ${name}`, key);
  return key;
}

/** The cases of a group, in the order of the catalogue. */
export function casesOf(group: Group): readonly Case[] {
  return catalogue.cases.filter((each) => each.group === group);
}

/** @throws {Error} When the catalogue has no such case. */
export function caseOf(id: string): Case {
  const found = catalogue.cases.find((each) => each.id === id);
  if (!found) throw new Error(`The catalogue has no case ${id}`);
  return found;
}

/** @throws {Error} When there is no such vector. */
export function authorizationOf(id: string): string {
  const vector = vectors.tokens[id];
  if (!vector) throw new Error(`There is no vector ${id}`);
  return vector.authorization;
}

/** The token of a vector, without its scheme. */
export function tokenOf(id: string): string {
  return authorizationOf(id).replace(/^bearer\s*/i, '');
}
