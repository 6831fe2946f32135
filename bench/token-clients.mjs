// Clients of a token endpoint side by side, as in `npm run bench`, but without all else of it; writes
// its sections of RESULTS.md.
// After `npm run build` and `npm ci` in here: `node bench/token-clients.mjs`. Some eighty seconds.
import { Results } from './report/results.mjs';
import { addTokenClients } from './report/token-client-sections.mjs';

const results = new Results();
await addTokenClients(results);
await results.update();
