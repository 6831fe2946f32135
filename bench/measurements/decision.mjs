import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { authoritySet } from '../../dist/core/authority-set.js';
import { decide } from '../../dist/policy/decide.js';
import { medianOf } from './median.mjs';

const DECISIONS = 1_000_000;
const ROUNDS = 15;

const SETTINGS = { denyUndeclared: false, superRoles: [] };

const principal = {
  roles: authoritySet(['member', 'editor', 'reader']),
  permissions: authoritySet(['orders:read', 'orders:write', 'orders:refund']),
  scopes: authoritySet(['orders', 'invoices']),
};

/** What is asked of the principal, from little to much. */
const POLICIES = {
  'any of two roles': [{ kind: 'roles', mode: 'any', names: ['admin', 'editor'] }],
  'roles, permissions and scopes': [
    { kind: 'roles', mode: 'any', names: ['admin', 'editor'] },
    { kind: 'permissions', mode: 'all', names: ['orders:read', 'orders:write'] },
    { kind: 'scopes', mode: 'all', names: ['orders', 'invoices'] },
  ],
};

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

/**
 * What a decision costs by itself, in a loop.
 *
 * @returns For each policy its name, nanoseconds `{ median, min, max }`, and bytes allocated, each for
 *   one decision.
 */
export function measureDecisions() {
  return Object.entries(POLICIES).map(([name, requirements]) => {
    const policy = { declaredOn: ['Orders.list'], requirements, rules: [], scopes: [] };
    decideOften(policy);
    const rounds = Array.from({ length: ROUNDS }, () => round(policy));
    return {
      name,
      nanoseconds: medianOf(rounds.map(({ nanoseconds }) => nanoseconds)),
      bytes: medianOf(rounds.map(({ bytes }) => bytes)),
    };
  });
}

function round(policy) {
  collectGarbage();
  const heap = process.memoryUsage().heapUsed;
  const start = process.hrtime.bigint();
  decideOften(policy);
  const nanoseconds = Number(process.hrtime.bigint() - start) / DECISIONS;
  return { nanoseconds, bytes: (process.memoryUsage().heapUsed - heap) / DECISIONS };
}

function decideOften(policy) {
  for (let index = 0; index < DECISIONS; index += 1) {
    if (!decide(policy, principal, SETTINGS).allowed) throw new Error('It is allowed');
  }
}
