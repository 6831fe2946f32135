import { readdirSync, readFileSync } from 'node:fs';
import type { Adapter } from '../e2e/http/application.js';
import { rawRequest } from '../e2e/http/raw-request.js';
import { caseOf, catalogue, tokenOf } from './catalogue.js';
import { withoutVainChallenge } from './exceptions.js';
import { startFixture, type Fixture, type FixtureParts } from './fixture.js';
import { answerTo, headerValues, type RawAnswer } from './raw-socket.js';
import { request } from './requests.js';
import { expectVerdict, type Outcome } from './verdict.js';

/** The cases of the group `rbac`. */
export const rbacCases = catalogue.cases.filter(({ id }) => id.startsWith('R-'));

/** The tokens of a caller with role `user` and scope `orders:read`, and of one with role `admin`. */
export const USER = tokenOf('OK-RS256');
export const ADMIN = tokenOf('OK-ADMIN');

/** A request of whoever has a token, and of whoever has none. */
export function asking(target: string, token?: string, headers: readonly string[] = []): string {
  return request(target, [
    ...(token === undefined ? [] : [`Authorization: Bearer ${token}`]),
    ...(target.startsWith('POST') ? ['Content-Length: 0'] : []),
    ...headers,
  ]);
}

/** Sends octets, and gives the answer and what the events said of it. */
export async function ask(api: Fixture, octets: string): Promise<Outcome> {
  api.events.length = 0;
  const answer = await answerTo(api.port, octets);
  return { answer, reason: api.reason() };
}

/** Asks for the head of what is there: the length that it tells is of a body that does not come. */
export async function askForHead(api: Fixture, path: string): Promise<Outcome> {
  api.events.length = 0;
  const { status, text } = await rawRequest(api.port, [`HEAD ${path} HTTP/1.1`]);
  const [head = '', body = ''] = text.split('\r\n\r\n');
  const headers = head
    .split('\r\n')
    .slice(1)
    .map((line) => [nameIn(line), line.slice(nameIn(line).length + 1).trim()] as const);
  return { answer: { status, headers, body, text }, reason: api.reason() };
}

const nameIn = (line: string): string => line.slice(0, line.indexOf(':')).toLowerCase();

/** Starts an application for some questions, and closes it. */
export async function withApi(
  adapter: Adapter,
  parts: FixtureParts,
  use: (api: Fixture) => Promise<void>,
): Promise<void> {
  const api = await startFixture(adapter, parts);
  try {
    await use(api);
  } finally {
    await api.close();
  }
}

/**
 * Expects what the catalogue says of a case of this group.
 *
 * Where no route matches, no guard is asked, and there is no event: that is its code `not_found`.
 */
export function expectRuling(id: string, outcome: Outcome): void {
  const expected = withoutVainChallenge(caseOf(id));
  const { answer, reason } = outcome;
  if (answer.status === 404 && expected.expected_status === 404) {
    expectUnrouted(outcome);
  } else {
    expectVerdict(expected, { answer, reason });
  }
}

/** Expects the answer of Nest itself to what no route matches. */
export function expectUnrouted({ answer, reason }: Outcome): void {
  const challenges = headerValues(answer, 'www-authenticate');
  expect([answer.status, reason, challenges]).toEqual([404, undefined, []]);
}

/** Expects that a public handler ran: no guard asked for anything, so that there is no event. */
export function expectServedToAnybody(id: string, { answer, reason }: Outcome): void {
  expect(reason).toBeUndefined();
  expect(answer.status).toBe(200);
  expectVerdict(caseOf(id), { answer, reason: 'ok' });
}

/** The body of an answer, as JSON. */
export const jsonOf = ({ body }: RawAnswer): unknown => JSON.parse(body);

const ROOT = new URL('../../', import.meta.url);
const inOneLine = (file: string): string =>
  readFileSync(new URL(file, ROOT), 'utf8').replace(/\s+/g, ' ');

/** `README.md`, in one line. */
export const readme = (): string => inOneLine('README.md');

/** What users may read: `README.md` and `docs`, in one line. */
export function documentation(): string {
  const pages = readdirSync(new URL('docs/', ROOT)).filter((file) => file.endsWith('.md'));
  return [readme(), ...pages.map((file) => inOneLine(`docs/${file}`))].join(' ');
}
