import fc from 'fast-check';
import {
  KINDS,
  type Caller,
  type Opening,
  type Requiring,
  type Tracing,
  type WrittenClass,
  type WrittenClasses,
} from './model.js';

/** Few names, so that callers often have what is asked for; two of them differ in case alone. */
const NAMES = ['a', 'b', 'c', 'A'] as const;
const PUBLIC: Opening = { is: 'public' };
const TRACE: Tracing = { is: 'trace' };

/** Classes with what is written in them, and somebody who calls, or a request without a credential. */
export interface Combination {
  readonly classes: WrittenClasses;
  readonly caller: Caller | undefined;
}

const requiring: fc.Arbitrary<Requiring> = fc.record({
  is: fc.constant('required'),
  kind: fc.constantFrom(...KINDS),
  variant: fc.constantFrom('bare', 'any', 'all'),
  names: fc.array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 3 }),
});
const opening = fc.constant(PUBLIC);

/** What stands above one target, contradictions rarely. */
const declarations = fc.oneof(
  { weight: 8, arbitrary: fc.array(requiring, { maxLength: 3 }) },
  { weight: 5, arbitrary: fc.array(opening, { minLength: 1, maxLength: 2 }) },
  { weight: 1, arbitrary: fc.array(fc.oneof(opening, requiring), { minLength: 2, maxLength: 3 }) },
);

/** The same, with decorators among them that replace the function. */
const aboveHandler = fc
  .tuple(declarations, fc.array(fc.nat({ max: 3 }), { maxLength: 2 }))
  .map(([declared, positions]) =>
    positions.reduce<NonNullable<WrittenClass['aboveHandler']>>(
      (written, position) => written.toSpliced(position, 0, TRACE),
      declared,
    ),
  );

const base = fc.record({ aboveClass: declarations, aboveHandler });
const subclass = fc.record({
  aboveClass: declarations,
  aboveHandler: fc.option(aboveHandler, { nil: undefined, freq: 1 }),
});

const held = fc.subarray([...NAMES]);
const caller = fc.record({ roles: held, permissions: held, scopes: held });

export const combinations: fc.Arbitrary<Combination> = fc.record({
  classes: fc
    .tuple(base, fc.array(subclass, { maxLength: 2 }))
    .map(([first, others]) => [first, ...others]),
  caller: fc.option(caller, { nil: undefined, freq: 4 }),
});
