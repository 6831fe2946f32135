import { microseconds, ratio, table } from './table.mjs';

/** @param observed What `observeTokenClients` saw. */
export function burstTable(observed) {
  const rows = observed.map(({ client, seen }) => [
    client.title,
    ...['cold', 'expiry'].map((scene) => cellOf(seen[scene])),
  ]);
  return table(['client', 'no token yet', 'token expired'], rows);
}

const OUTAGES = [
  ['valid, resets', 'valid token, resets'],
  ['nearly expired, resets', 'nearly expired, resets'],
  ['expired, resets', 'none, resets'],
  ['expired, fails', 'none, 500'],
  ['expired, hangs', 'none, hangs'],
];

export function outageTable(observed) {
  const rows = observed.map(({ client, seen }) => [
    client.title,
    ...OUTAGES.map(([scene]) => cellOf(seen[scene])),
  ]);
  return table(['client', ...OUTAGES.map(([, title]) => title)], rows);
}

export function recoveryTable(observed) {
  const scenes = ['after it resets', 'after it fails', 'after it hangs'];
  const rows = observed.map(({ client, seen }) => [
    client.title,
    ...scenes.map((scene) => recoveryOf(seen[scene])),
  ]);
  return table(['client', 'after resets', 'after 500', 'after hanging'], rows);
}

/** @param measured What `measureWarmTokens` found. */
export function warmTokenTable(measured) {
  const rows = measured.map(({ title, nanoseconds, ratio: times }) => [
    title,
    microseconds(nanoseconds),
    ratio(times),
  ]);
  return table(['client', 'nanoseconds', 'times a variable'], rows);
}

function cellOf({ requests, failed, waiting, longestMs }) {
  if (waiting > 0) return `${requests} / ${failed}, ${waiting} still waiting / more than 5 s`;
  return `${requests} / ${failed} / ${seconds(longestMs)}`;
}

const recoveryOf = ({ servedMs }) => (servedMs === null ? 'more than 10 s' : seconds(servedMs));

const seconds = (milliseconds) => `${(milliseconds / 1000).toFixed(2)} s`;
