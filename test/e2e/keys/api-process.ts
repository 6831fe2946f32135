import { blackHole } from '../../verification/jwt/keys/faults.js';
import { FaultyIssuer } from '../../verification/jwt/keys/faulty-issuer.js';
import { SigningKey } from '../../verification/jwt/keys/signing-key.js';
import { eventually, GuardedApi } from './guarded-api.js';

// The main file of a process of its own: an application that is closed while it waits for keys. It
// prints how long that took, and is then to end by itself.
const issuer = await FaultyIssuer.start();
issuer.serve({ jwks: blackHole });
const adapter = process.env['ADAPTER'] === 'express' ? 'express' : 'fastify';
const api = await GuardedApi.start(adapter, issuer, {
  keySets: { hydrate: 'background', refresh: 'timer' },
});
const key = await SigningKey.generate();
api.get(await key.token(issuer)).catch(() => undefined);
await eventually(() => issuer.count() > 0);
const began = performance.now();
await api.close();
console.log(performance.now() - began);
await issuer.close();
