import { createHmac } from 'node:crypto';
import { APP, ClerkInstance, encoded } from '../../../e2e/http/clerk/clerk-instance.js';

type Members = Readonly<Record<string, unknown>>;

/** Numbers from 0 to 1, the same for the same seed. */
export type Random = () => number;

/** Mulberry32. */
export function seeded(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const FEATURES = ['repos', 'projects', 'teams', 'billing', 'reports'];
const PERMISSIONS = ['read', 'create', 'update', 'delete'];

/** The claims of an organization in the second version, its features in any order among the user's. */
function secondVersion(random: Random): Members {
  const shuffled = shuffle(random, FEATURES);
  const scopes = ['o', 'u', 'ou', 'uo'];
  const fea = shuffled.map((name) => `${pick(random, scopes)}:${name}`);
  const masks = fea
    .filter((element) => /^\w*o\w*:/.test(element))
    .map(() => Math.floor(random() * 2 ** PERMISSIONS.length));
  const per = PERMISSIONS.join();
  const o = { id: 'org_1', slg: 'acme', rol: pick(random, ['admin', 'member']), per };
  return { v: 2, fea: fea.join(), o: { ...o, fpm: masks.join() } };
}

function firstVersion(random: Random): Members {
  const names = FEATURES.flatMap((feature) => PERMISSIONS.map((name) => `org:${feature}:${name}`));
  return {
    v: undefined,
    org_id: 'org_1',
    org_slug: 'acme',
    org_role: pick(random, ['org:admin', 'org:member']),
    org_permissions: names.filter(() => random() < 0.4),
  };
}

export function pick<T>(random: Random, among: readonly [T, ...T[]] | readonly T[]): T {
  return among[Math.floor(random() * among.length)] as T;
}

/** Fisher and Yates. */
function shuffle<T>(random: Random, given: readonly T[]): readonly T[] {
  const all = [...given];
  return given.map(() => all.splice(Math.floor(random() * all.length), 1)[0] as T);
}

const OTHER = new ClerkInstance();

interface Making {
  readonly instance: ClerkInstance;
  readonly random: Random;
}

type Draft = (making: Making) => string;

const seconds = (from: number): number => Math.floor(Date.now() / 1000) + from;

/** A session with some organization, or none, and what is particular about it. */
const session =
  (claims: Members = {}, header: Members = {}): Draft =>
  ({ instance, random }) => {
    const organization = pick(random, [firstVersion, secondVersion, () => ({})])(random);
    return instance.session({ ...organization, ...claims }, header);
  };

/** A session of the second version, with some of it replaced. */
const ofSecond =
  (change: (claims: Members & { o: Members }) => Members): Draft =>
  ({ instance, random }) => {
    const claims = secondVersion(random) as Members & { o: Members };
    return instance.session({ ...claims, ...change(claims) });
  };

/** Times are told when a token is made. */
const timed =
  (make: () => Draft): Draft =>
  (making) =>
    make()(making);

const m2m =
  (claims: Members = {}, header: Members = {}): Draft =>
  ({ instance }) =>
    instance.m2m(claims, header);

const oauth =
  (claims: Members = {}, header: Members = {}): Draft =>
  ({ instance }) =>
    instance.oauth(claims, header);

function resigned(token: string, secret: string): string {
  const [, claims = ''] = token.split('.');
  const signed = `${encoded({ alg: 'HS256', typ: 'JWT', kid: 'ins_1' })}.${claims}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

function altered(token: string): string {
  const [header = '', claims = '', signature = ''] = token.split('.');
  const said = JSON.parse(Buffer.from(claims, 'base64url').toString()) as Members;
  return [header, encoded({ ...said, sub: 'user_root' }), signature].join('.');
}

/** The last character of a signature of 256 octets has bits that no octet holds. */
function respelt(token: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const last = alphabet.indexOf(token.slice(-1));
  return token.slice(0, -1) + (alphabet[last ^ 1] ?? '');
}

/** Every kind of token that is compared, by name. */
export const DRAFTS: Readonly<Record<string, Draft>> = {
  'session, valid': session(),
  'session, expired three seconds ago': timed(() => session({ exp: seconds(-3) })),
  'session, expired': timed(() => session({ exp: seconds(-30) })),
  'session, not yet': timed(() => session({ nbf: seconds(30) })),
  'session, of the future': timed(() => session({ iat: seconds(30) })),
  'session, without exp': session({ exp: undefined }),
  'session, exp as a text': timed(() => session({ exp: String(seconds(60)) })),
  'session, azp of another': session({ azp: 'https://evil.example.com' }),
  'session, azp with a slash': session({ azp: `${APP}/` }),
  'session, without azp': session({ azp: undefined }),
  'session, aud, and nobody asks': session({ aud: ['api://x'] }),
  'session, without sub': session({ sub: undefined }),
  'session, of another key': ({ instance }) => OTHER.session({ iss: instance.issuer }),
  'session, HS256 by the public key': (making) =>
    resigned(session()(making), making.instance.jwtKey),
  'session, signed by nobody': (making) =>
    `${encoded({ alg: 'none', typ: 'JWT' })}.${session()(making).split('.')[1] ?? ''}.`,
  'session, altered': (making) => altered(session()(making)),
  'session, respelt': (making) => respelt(session()(making)),
  'session, without typ': session({}, { typ: undefined }),
  'session, typ of another': session({}, { typ: 'JWS' }),
  'session, cat of sessions': session({}, { cat: 'cl_B7d4PD111AAA' }),
  'session, cat that says nothing': session({}, { cat: 'cl_I7d4PD111III' }),
  'session, cat of templates': session({}, { cat: 'cl_B7d4PD222AAA' }),
  'session, cat of machines': session({}, { cat: 'cl_B7d4PD333AAA' }),
  'session, active': session({ sts: 'active' }),
  'session, pending': session({ sts: 'pending' }),
  'session, impersonated': session({ act: { sub: 'user_support' } }),
  'bits, shuffled': ofSecond(() => ({})),
  'bits, too few masks': ofSecond(({ o }) => ({ o: { ...o, fpm: '1' } })),
  'bits, beyond a number': ofSecond(({ o }) => ({ o: { ...o, fpm: `${'9'.repeat(30)},3` } })),
  'bits, masks that are none': ofSecond(({ o }) => ({ o: { ...o, fpm: '-1,0x3,3' } })),
  'bits, padded': ofSecond(({ o }) => ({ o: { ...o, per: ' read , create', fpm: ' 3 ' } })),
  'bits, without per': ofSecond(({ o }) => ({ o: { ...o, per: undefined } })),
  'bits, without fpm': ofSecond(({ o }) => ({ o: { ...o, fpm: undefined } })),
  'bits, without fea': ofSecond(() => ({ fea: undefined })),
  'bits, without organization': ofSecond(() => ({ o: undefined })),
  'm2m, valid': m2m(),
  'm2m, without cat': m2m({}, { cat: undefined }),
  'm2m, cat of sessions': m2m({}, { cat: 'cl_B7d4PD111AAA' }),
  'm2m, expired': timed(() => m2m({ exp: seconds(-30) })),
  'm2m, with a session id': m2m({ sid: 'sess_1', azp: APP }),
  'm2m, typ of OAuth': m2m({}, { typ: 'at+jwt' }),
  'oauth, valid': oauth(),
  'oauth, whole media type': oauth({}, { typ: 'application/at+jwt' }),
  'oauth, expired': timed(() => oauth({ exp: seconds(-30) })),
  'oauth, of another key': ({ instance }) => OTHER.oauth({ iss: instance.issuer }),
  // What follows is not decided alike, and why is told in differences.ts.
  'session, without sid': session({ sid: undefined }),
  'session, of no user': session({ sub: 'admin' }),
  'session, of another issuer': session({ iss: 'https://clerk.other.com' }),
  'session, RS512': session({}, { alg: 'RS512' }),
  'session, typ in small letters': session({}, { typ: 'jwt' }),
  'session, of no status': session({ sts: 'banned' }),
  'session, with extensions': session({}, { crit: ['x'], x: 1 }),
  'session, bound to a key': session({ cnf: { jkt: 'x' } }),
  'session, third version': ({ instance, random }) =>
    instance.session({ ...firstVersion(random), v: 3 }),
  'bits, ambiguous': ofSecond(({ o }) => ({
    fea: 'u:gold,o:repos,o:projects',
    o: { ...o, fpm: '3,1,2' },
  })),
  'bits, among what is no feature': ofSecond(({ o }) => ({
    fea: 'o:repos,broken',
    o: { ...o, fpm: '3' },
  })),
  'oauth, with a session id': oauth({ sid: 'sess_1' }),
  'oauth, of no user': oauth({ sub: 'admin' }),
};
