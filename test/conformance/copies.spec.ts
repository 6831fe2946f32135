import { existsSync, readFileSync } from 'node:fs';
import { catalogue, privateKeys, vectors, type Case, type Catalogue } from './catalogue.js';

const ORIGINALS = new URL('../../../shared/conformance/', import.meta.url);
const GROUPS = new Set<string>(catalogue.cases.map(({ group }) => group));

function original(file: string): unknown {
  return JSON.parse(readFileSync(new URL(file, ORIGINALS), 'utf8'));
}

const isHere = existsSync(ORIGINALS);
if (!isHere) console.warn('shared/conformance is not beside this repository: nothing to compare');

describe('the copies of the catalogue', () => {
  it('hold every group that this folder tests', () => {
    expect([...GROUPS].sort()).toEqual([
      'apikey',
      'cache',
      'claims',
      'concurrency',
      'header',
      'introspection',
      'jws',
      'keys',
      'log_leak',
      'prototype_pollution',
      'rbac',
      'tenant',
    ]);
  });

  it('hold every vector that a case names', () => {
    const named = catalogue.cases.filter(({ vector }) => vector !== undefined).map(({ id }) => id);
    expect(named.filter((id) => !vectors.tokens[id])).toEqual([]);
  });

  (isHere ? it : it.skip)('say what the originals say', () => {
    const cases = original('cases.json') as Catalogue;
    const ours = cases.cases.filter(({ group }: Case) => GROUPS.has(group));
    expect(catalogue).toEqual({ ...cases, cases: ours });
    expect(privateKeys).toEqual(original('keys.json'));
    const { tokens, ...facts } = original('tokens.json') as typeof vectors;
    const ids = new Set(ours.map(({ id }) => id));
    const kept = Object.entries(tokens).filter(([id]) => ids.has(id) || id.startsWith('OK-'));
    expect(vectors).toEqual({ ...facts, tokens: Object.fromEntries(kept) });
  });
});
