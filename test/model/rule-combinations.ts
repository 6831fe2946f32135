import fc from 'fast-check';
import { ANSWERS, KINDS, type LeafRule, type Ruling, type WrittenRule } from './written.js';

/** Few names, so that callers often have what is asked for; two of them differ in case alone. */
export const NAMES = ['a', 'b', 'c', 'A'] as const;

const idPath = fc.constantFrom('params.id' as const, 'query.id' as const, 'body.id' as const);
const orgPath = fc.constantFrom('params.orgId' as const, 'body.orgId' as const);

const has: fc.Arbitrary<LeafRule> = fc.record({
  is: fc.constant('has'),
  kind: fc.constantFrom(...KINDS),
  names: fc.array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 2 }),
});

/** True more often than not: one rule that nobody meets hides what the others do. */
const policy: fc.Arbitrary<LeafRule> = fc.record({
  is: fc.constant('policy'),
  answer: fc.oneof(
    { weight: 3, arbitrary: fc.constant('true' as const) },
    { weight: 2, arbitrary: fc.constantFrom(...ANSWERS, 'failure' as const, 'failure' as const) },
  ),
  isProvided: often(true, 12),
});
const comparing: fc.Arbitrary<LeafRule> = fc.record({ is: fc.constant('comparing'), path: idPath });
const owner: fc.Arbitrary<LeafRule> = fc.record({
  is: fc.constant('owner'),
  load: fc.oneof(
    { weight: 30, arbitrary: fc.constantFrom('class' as const, 'function' as const) },
    { weight: 3, arbitrary: fc.constant('later' as const) },
    { weight: 3, arbitrary: fc.constant('nobody' as const) },
  ),
  field: fc.constantFrom('default', 'path', 'function'),
  claim: fc.option(fc.constant('uid' as const), { nil: undefined, freq: 2 }),
  id: idPath,
});
const sameOrganization: fc.Arbitrary<LeafRule> = fc.record({
  is: fc.constant('same-organization'),
  path: orgPath,
});
const leaf = fc.oneof(
  { weight: 2, arbitrary: policy },
  { weight: 2, arbitrary: has },
  { weight: 1, arbitrary: comparing },
  { weight: 1, arbitrary: owner },
  { weight: 1, arbitrary: sameOrganization },
);

const shallow = combined(leaf);
const any = fc.oneof(
  { weight: 3, arbitrary: leaf },
  { weight: 3, arbitrary: shallow },
  { weight: 1, arbitrary: combined(fc.oneof(leaf, shallow)) },
);

const options = {
  is: fc.constant('rule' as const),
  hide: often(false, 2),
  dryRun: often(false, 7),
  safeMethods: fc.oneof(
    { weight: 6, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.subarray(['GET' as const, 'HEAD' as const]) },
  ),
};

/** `@Authorize(…)`, `@Owner(…)`, `@SameOrg(…)` with their options. */
export const ruling: fc.Arbitrary<Ruling> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({ ...options, decorator: fc.constant('authorize' as const), rule: any }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ ...options, decorator: fc.constant('owner' as const), rule: owner }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      ...options,
      decorator: fc.constant('same-org' as const),
      rule: sameOrganization,
    }),
  },
);

function combined(rule: fc.Arbitrary<WrittenRule>): fc.Arbitrary<WrittenRule> {
  return fc.oneof(
    fc.record({
      is: fc.constantFrom('any-of', 'all-of'),
      rules: fc.array(rule, { minLength: 1, maxLength: 3 }),
    }),
    fc.record({ is: fc.constant('not'), rule }),
  );
}

/** One of two, the other of which comes once in so many times. */
export function often(usual: boolean, times: number): fc.Arbitrary<boolean> {
  return fc.oneof(
    { weight: times, arbitrary: fc.constant(usual) },
    { weight: 1, arbitrary: fc.constant(!usual) },
  );
}
