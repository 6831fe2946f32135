import { REFUSALS } from '../../lib/core/refusal.js';
import type { RefusalReason } from '../../lib/index.js';
import { parseChallenge, type Challenge } from './challenge-parser.js';
import { catalogueCodes } from './codes.js';
import type { Case } from './catalogue.js';
import { headerValues, type RawAnswer } from './raw-socket.js';

/** The sentences that a client may read. */
const SENTENCES: ReadonlySet<string> = new Set(
  Object.values(REFUSALS).map(({ message }) => message),
);

/** An answer, and what the events said of it. */
export interface Outcome {
  readonly answer: RawAnswer;
  readonly reason: RefusalReason | 'ok' | undefined;
}

/** Expects what the catalogue says of a case: status, code and challenge. */
export function expectVerdict(expected: Case, { answer, reason }: Outcome): void {
  const { expected_status, acceptable_statuses = [] } = expected;
  expect([expected_status, ...acceptable_statuses]).toContain(answer.status);
  expectCode(expected, { answer, reason });
  expectChallenge(expected, answer);
}

/** An answer that is another than the preferred one, and safe, has a code that the catalogue does not name. */
function expectCode(expected: Case, { answer, reason }: Outcome): void {
  if (answer.status !== expected.expected_status && answer.status !== 200) return;
  const { expected_error_code: preferred, any_code: any = [] } = expected;
  const wanted = answer.status === 200 || preferred === null ? ['ok'] : [preferred, ...any];
  const codes = catalogueCodes(reason);
  const met = codes.some((code) => wanted.includes(code));
  expect({ codes, wanted, met }).toEqual({ codes, wanted, met: true });
}

/** Without `realm` and `error_description`, which are the project's own, and constant. */
function expectChallenge(expected: Case, answer: RawAnswer): void {
  const challenges = challengesOf(answer);
  if (answer.status < 300) {
    expect(challenges).toEqual([]);
  } else if (answer.status === expected.expected_status) {
    const wanted = expected.expected_www_authenticate;
    expect(challenges.map(compared)).toEqual(
      wanted === null ? [] : [compared(parseChallenge(wanted))],
    );
  } else if (answer.status === 401) {
    expect(challenges.map(({ scheme }) => scheme)).toEqual(['bearer']);
  }
}

/** The challenges of an answer; no other sentence than a constant one is in them. */
function challengesOf(answer: RawAnswer): readonly Challenge[] {
  const challenges = headerValues(answer, 'www-authenticate').map(parseChallenge);
  for (const { parameters } of challenges) {
    const { error_description: sentence } = parameters;
    if (sentence !== undefined) expect(SENTENCES).toContain(sentence);
  }
  return challenges;
}

function compared({ scheme, parameters }: Challenge): Challenge {
  const rest = Object.entries(parameters).filter(
    ([name]) => name !== 'realm' && name !== 'error_description',
  );
  return { scheme, parameters: Object.fromEntries(rest) };
}
