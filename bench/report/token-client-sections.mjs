import { measureWarmTokens, observeTokenClients } from '../measurements/token-clients.mjs';
import { settings } from '../settings.mjs';
import { burstTable, outageTable, recoveryTable, warmTokenTable } from './token-client-tables.mjs';

const BURSTS = `Each client as its documentation has it, with a token that is held until it expires; those that hold none are given a variable. The endpoint takes 50 ms to grant a token for ten minutes. What 500 parallel callers make of it: requests to the token endpoint / callers that failed / the longest wait.`;

const OUTAGES = `A caller every 20 ms, for ${settings.tokenOutageMs / 1000} s (${settings.tokenOutageMs / 2000} s with a token in the middle of its life): requests to the token endpoint / callers that failed / the longest wait. The endpoint resets each connection, answers with 500, or never; who still waits 5 s after the last caller came is counted as waiting. A nearly expired token has 15 % of its life left.`;

const RECOVERY = `From the moment at which the endpoint grants tokens again until the first caller has one. nestjs-portcullis leaves an endpoint that fails alone for up to four seconds; the others ask for each caller.`;

/** Clients of a token endpoint, beside each other. */
export async function addTokenClients(results) {
  const observed = await observeTokenClients({ outageMs: settings.tokenOutageMs });
  results.add('Token clients, 500 callers at once', BURSTS, burstTable(observed));
  results.add('Token clients, while the token endpoint is down', OUTAGES, outageTable(observed));
  results.add('Token clients, when the token endpoint is back', RECOVERY, recoveryTable(observed));
  const warm = await measureWarmTokens({ rounds: settings.warmTokenRounds });
  results.add(
    'A token that is held, in nanoseconds',
    'What a caller waits who is given it, `await` included, by turns with the others in one process. The first looks the purpose up, and whether it is time to renew the token.',
    warmTokenTable(warm),
  );
}
