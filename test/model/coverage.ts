import { APPLICATIONS, type Combination } from './combinations.js';
import type { Verdict } from './model.js';
import type { Written, WrittenClasses, WrittenRule } from './written.js';

/** What becomes of a controller: it cannot be written, it does not boot, or a request is answered. */
export type Outcome = Verdict | 'contradiction' | 'no boot';

export const OUTCOMES: readonly Outcome[] = [
  ...(['open', 'allowed', 'anonymous'] as const),
  ...([401, 403, 404, 500, 503] as const),
  ...(['contradiction', 'no boot'] as const),
];

const FEATURES = [
  ...['public', 'optional', 'optional-anonymous', 'authenticated', 'required', 'trace'],
  ...['authorize', 'owner', 'same-org', 'role-map', 'hide', 'dry-run', 'safe-methods'],
  ...['any-of', 'all-of', 'not', 'has', 'policy', 'comparing'],
  ...['undeclared-denied', 'application-map', 'roles-by-options'],
  ...['subclass', 'inherited-handler'],
] as const;

/** How often each outcome was seen, and beside which features. */
export class Coverage {
  readonly #outcomes = new Map<Outcome, number>();
  readonly #pairs = new Map<string, number>();

  /** @param length How many of the classes the controller is made of. */
  count(combination: Combination, length: number, outcome: Outcome): void {
    this.#outcomes.set(outcome, (this.#outcomes.get(outcome) ?? 0) + 1);
    for (const feature of featuresOf(combination, length)) {
      const pair = pairOf(feature, outcome);
      this.#pairs.set(pair, (this.#pairs.get(pair) ?? 0) + 1);
    }
  }

  shareOf(outcome: Outcome): number {
    const all = [...this.#outcomes.values()].reduce((sum, each) => sum + each, 0);
    return (this.#outcomes.get(outcome) ?? 0) / all;
  }

  /** The pairs of a feature and an outcome that came up less often than so many times. */
  rarerThan(times: number): readonly string[] {
    return FEATURES.flatMap((feature) =>
      OUTCOMES.map((outcome) => pairOf(feature, outcome)),
    ).filter((pair) => (this.#pairs.get(pair) ?? 0) < times);
  }

  /** For people: a line per feature, a column per outcome. */
  toTable(): string {
    const rows = FEATURES.map((feature) =>
      [
        feature.padEnd(20),
        ...OUTCOMES.map((outcome) =>
          String(this.#pairs.get(pairOf(feature, outcome)) ?? 0).padStart(13),
        ),
      ].join(''),
    );
    const all = OUTCOMES.map((outcome) => String(this.#outcomes.get(outcome) ?? 0).padStart(13));
    const head = OUTCOMES.map((outcome) => String(outcome).padStart(13));
    return [' '.repeat(20) + head.join(''), 'all'.padEnd(20) + all.join(''), ...rows].join('\n');
  }
}

function pairOf(feature: string, outcome: Outcome): string {
  return `${feature} × ${outcome}`;
}

function featuresOf({ application, classes }: Combination, length: number): ReadonlySet<string> {
  const features = new Set<string>();
  for (const written of writtenIn(classes.slice(0, length))) addFeatures(features, written);
  const { undeclaredRoutes, roleMap, roles } = APPLICATIONS[application] ?? {};
  if (undeclaredRoutes === 'deny') features.add('undeclared-denied');
  if (roleMap) features.add('application-map');
  if (roles) features.add('roles-by-options');
  if (length > 1) features.add('subclass');
  if (!classes[length - 1]?.aboveHandler) features.add('inherited-handler');
  return features;
}

function writtenIn(classes: WrittenClasses): readonly Written[] {
  return classes.flatMap(({ aboveClass, aboveHandler = [] }) => [...aboveClass, ...aboveHandler]);
}

function addFeatures(features: Set<string>, written: Written): void {
  if (written.is !== 'rule') {
    features.add(written.is);
    return;
  }
  features.add(written.decorator);
  if (written.hide) features.add('hide');
  if (written.dryRun) features.add('dry-run');
  if (written.safeMethods.length > 0) features.add('safe-methods');
  if (written.decorator === 'authorize') addRule(features, written.rule);
}

function addRule(features: Set<string>, rule: WrittenRule): void {
  features.add(rule.is);
  if ('rules' in rule)
    rule.rules.forEach((each) => {
      addRule(features, each);
    });
  if ('rule' in rule) addRule(features, rule.rule);
}
