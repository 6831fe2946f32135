import { endpoints, gzipBomb, huge } from '../../verification/jwt/keys/faults.js';
import { FaultyIssuer } from '../../verification/jwt/keys/faulty-issuer.js';

// The main file of a process of its own, so that what it costs to send is not taken for what it costs
// to receive. It prints where it listens.
const issuer = await FaultyIssuer.start();
issuer.behaviour = endpoints({ '/huge': huge(), '/bomb': gzipBomb() });
console.log(issuer.origin);
