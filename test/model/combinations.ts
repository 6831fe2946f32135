import fc from 'fast-check';
import { NAMES, often, ruling } from './rule-combinations.js';
import {
  INHERITED,
  KINDS,
  OWNERS,
  type Caller,
  type Closing,
  type MapEntry,
  type Mapping,
  type Opening,
  type Requiring,
  type Route,
  type Settings,
  type Tracing,
  type Written,
  type WrittenClass,
  type WrittenClasses,
  type WrittenMap,
  type WrittenRequest,
} from './written.js';

const TRACE: Tracing = { is: 'trace' };
const SUPER = 'root';

/** The applications that classes are put into. */
export const APPLICATIONS: readonly Settings[] = [
  {},
  { undeclaredRoutes: 'deny' },
  { roleMap: { GET: true, POST: { roles: ['a', 'b'], match: 'any' }, ALL: 'c' } },
  { roles: { super: [SUPER] } },
  {
    undeclaredRoutes: 'deny',
    roleMap: { GET_ONE: 'a', GET_MANY: true, unlisted: 'authenticated' },
    roles: { super: [SUPER], withinOrganization: true },
  },
  { roles: { hierarchy: { A: ['b'], b: ['a'] }, permissions: { a: ['c'], b: ['A'] } } },
];

/** Classes with what is written in them, the application they are in, and a request. */
export interface Combination {
  readonly application: number;
  readonly classes: WrittenClasses;
  readonly request: WrittenRequest;
}

const names = fc.array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 2 });
const requiring: fc.Arbitrary<Requiring> = fc.record({
  is: fc.constant('required'),
  kind: fc.constantFrom(...KINDS),
  variant: fc.constantFrom('bare', 'any', 'all'),
  names: fc.array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 3 }),
});
const closing: fc.Arbitrary<Closing> = fc.oneof(
  { weight: 3, arbitrary: requiring },
  { weight: 3, arbitrary: ruling },
  { weight: 1, arbitrary: fc.constant({ is: 'authenticated' } as const) },
);
const opening: fc.Arbitrary<Opening> = fc.record({
  is: fc.constantFrom('public', 'optional', 'optional-anonymous'),
});

/** What stands above one target, contradictions rarely. */
const declarations: fc.Arbitrary<readonly Written[]> = fc.oneof(
  { weight: 16, arbitrary: fc.array(closing, { maxLength: 3 }) },
  { weight: 10, arbitrary: fc.tuple(opening, often(false, 6)).map(onceOrTwice) },
  {
    weight: 1,
    arbitrary: fc.array(fc.oneof(opening, closing), { minLength: 2, maxLength: 3 }),
  },
);

function onceOrTwice([once, isTwice]: [Opening, boolean]): readonly Opening[] {
  return isTwice ? [once, once] : [once];
}

/** The same, with decorators among them that replace the function. */
const aboveHandler = fc
  .tuple(declarations, fc.array(fc.nat({ max: 3 }), { maxLength: 2 }))
  .map(([declared, positions]) =>
    positions.reduce<readonly Written[]>(
      (written, position) => written.toSpliced(position, 0, TRACE),
      declared,
    ),
  );

const entry: fc.Arbitrary<MapEntry> = fc.oneof(
  fc.constant(true as const),
  fc.constantFrom(...NAMES),
  names,
  names.map((roles) => ({ roles })),
  names.map((roles) => ({ roles, match: 'any' as const })),
);
const maybe = fc.option(entry, { nil: undefined, freq: 2 });
const byMethod = fc
  .record({
    closer: fc.constantFrom('GET_ONE', 'GET_MANY', 'GET', 'POST'),
    others: fc.constantFrom('ALL', '*', 'HEAD'),
    unlisted: fc.constantFrom('deny', 'authenticated'),
    [0]: entry,
    [1]: maybe,
    [2]: maybe,
  })
  .map(({ closer, others, unlisted, ...entries }): WrittenMap => {
    const written = { [closer]: entries[0], GET: entries[1], [others]: entries[2] };
    const listed = Object.entries(written).filter(([, each]) => each !== undefined);
    const isBare = listed.length === 0;
    return { ...Object.fromEntries(listed), ...(isBare && { POST: true as const }), unlisted };
  });
const mapping: fc.Arbitrary<Mapping> = fc.record({
  is: fc.constant('role-map'),
  map: fc.oneof({ weight: 1, arbitrary: entry }, { weight: 5, arbitrary: byMethod }),
});

/** Maps stand beside what closes; beside what opens, beside `@Roles`, and two of them, rarely. */
const aboveClass: fc.Arbitrary<readonly Written[]> = fc.oneof(
  { weight: 20, arbitrary: declarations },
  {
    weight: 12,
    arbitrary: fc.tuple(fc.array(closing, { maxLength: 2 }), mapping).map(([declared, map]) => {
      const others = declared.filter((each) => each.is !== 'required' || each.kind !== 'roles');
      return [...others, map];
    }),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(declarations, fc.array(mapping, { minLength: 1, maxLength: 2 }))
      .map(([declared, maps]) => [...maps, ...declared]),
  },
);

const route: fc.Arbitrary<Route> = fc.record({
  method: fc.constantFrom('GET', 'GET', 'POST', 'HEAD', 'ALL'),
  path: fc.constantFrom<Route['path'][]>(
    ...['', ':id', 'list', ':id/parts', 'parts/:id', 'parts{/:id}'],
    ['list', ':id'],
    [':id', 'parts/:id'],
  ),
});
const path = fc.constantFrom<Route['path'][]>('', 'docs', 'docs/:id', ['docs', 'docs/:id']);

const base: fc.Arbitrary<WrittenClass> = fc.record({ path, aboveClass, aboveHandler, route });
const subclass: fc.Arbitrary<WrittenClass> = fc.record({
  path,
  aboveClass,
  aboveHandler: fc.option(aboveHandler, { nil: undefined, freq: 2 }),
  route,
});

const held = fc.subarray([...NAMES]);
const caller: fc.Arbitrary<Caller> = fc.record({
  roles: fc.subarray([...NAMES, SUPER]),
  permissions: held,
  scopes: held,
  subject: fc.constantFrom('ann', 'ann', '7', 'bob'),
  organization: fc.constantFrom('acme', 'acme', '7', undefined),
  uid: fc.constantFrom<unknown[]>('ann', 'ann', 7, '', null, 1.5, undefined),
});
const request: fc.Arbitrary<WrittenRequest> = fc.record({
  presented: fc.oneof(
    { weight: 2, arbitrary: fc.constantFrom('nothing', 'bad', 'undecidable') },
    { weight: 5, arbitrary: caller },
  ),
  method: fc.constantFrom('GET', 'POST', 'HEAD'),
  id: fc.oneof(
    { weight: 2, arbitrary: fc.constantFrom('of-ann', 'ann', 'of-7') },
    {
      weight: 1,
      arbitrary: fc.constantFrom<unknown[]>(
        ...OWNERS.keys(),
        ...[INHERITED.id, 'gone', '', 7, 1.5, null, undefined, ['of-ann']],
      ),
    },
  ),
  orgId: fc.constantFrom<unknown[]>('acme', 'acme', 'acme', '7', 7, '', null, undefined, ['acme']),
});

export const combinations: fc.Arbitrary<Combination> = fc.record({
  application: fc.constantFrom(...APPLICATIONS.keys()),
  classes: fc
    .tuple(base, fc.array(subclass, { maxLength: 2 }))
    .map(([first, others]) => [first, ...others]),
  request,
});
