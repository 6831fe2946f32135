import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import { Forbidden } from '../../core/auth-error.js';
import type { Claims } from '../../core/claims.js';
import { ownMembers, ownProperty } from '../../core/own-property.js';
import type { AuthDecorator } from '../../decorators/declarations.js';
import { requireRule } from '../../decorators/authorize.decorator.js';
import { sessionOf } from './session-of.js';

/** Which factors must have been verified, and how many minutes ago at the most. */
export interface ReverificationConfig {
  readonly level: 'first_factor' | 'second_factor' | 'multi_factor';
  /** More than 0. */
  readonly afterMinutes: number;
}

/** How lately somebody must have verified who they are, as Clerk calls it. */
export type Reverification = 'strict_mfa' | 'strict' | 'moderate' | 'lax' | ReverificationConfig;

const PRESETS: ReadonlyMap<unknown, ReverificationConfig> = new Map([
  ['strict_mfa', { level: 'multi_factor', afterMinutes: 10 }],
  ['strict', { level: 'second_factor', afterMinutes: 10 }],
  ['moderate', { level: 'second_factor', afterMinutes: 60 }],
  ['lax', { level: 'second_factor', afterMinutes: 1440 }],
]);

const LEVELS: readonly unknown[] = ['first_factor', 'second_factor', 'multi_factor'];

/**
 * Requires that the caller verified who they are a short while ago: `@RequireReverification('strict')`.
 * Whoever did not is answered with 403 and what Clerk's frontend takes for the question to ask.
 *
 * @throws {AuthConfigurationError} When it is no such requirement.
 * @publicApi
 */
export function RequireReverification(required: Reverification): AuthDecorator {
  const config = configOf(required);
  const label = `reverification ${config.level} within ${String(config.afterMinutes)} minutes`;
  const members = hint(typeof required === 'string' ? required : config);
  return requireRule('RequireReverification', {
    kind: 'check',
    label,
    needs: [],
    run: ({ principal }) => {
      const claims = sessionOf(principal);
      // Of whatever else may come, nobody could be asked.
      if (!claims) return false;
      if (isFresh(claims, config)) return true;
      throw new Forbidden('reverification_required', { detail: label, members });
    },
  });
}

/** What Clerk's frontend looks for in an answer. */
function hint(reverification: Reverification): Readonly<Record<string, unknown>> {
  const metadata = Object.freeze({ reverification });
  const error = { type: 'forbidden', reason: 'reverification-error', metadata };
  return Object.freeze({ clerk_error: Object.freeze(error) });
}

/** @throws {AuthConfigurationError} */
function configOf(required: unknown): ReverificationConfig {
  const preset = PRESETS.get(required);
  if (preset) return preset;
  const isObject = typeof required === 'object' && required !== null;
  const { level, afterMinutes, ...others } = ownMembers(isObject ? required : {}) as {
    level?: unknown;
    afterMinutes?: unknown;
  };
  const isPeriod =
    typeof afterMinutes === 'number' && Number.isFinite(afterMinutes) && afterMinutes > 0;
  if (LEVELS.includes(level) && isPeriod && Object.keys(others).length === 0) {
    return Object.freeze({ level: level as ReverificationConfig['level'], afterMinutes });
  }
  throw new AuthConfigurationError(
    '@RequireReverification',
    'is given none',
    "Give 'strict_mfa', 'strict', 'moderate' or 'lax', or { level: 'second_factor', afterMinutes: 10 }.",
  );
}

/** How many minutes ago each factor was verified; -1 for one that the user does not have. */
function agesIn(claims: Claims): readonly [number, number] | undefined {
  const value = ownProperty(claims, 'fva');
  const ages: readonly unknown[] = Array.isArray(value) ? value : [];
  const [first, second] = ages;
  return ages.length === 2 && isAge(first) && isAge(second) ? [first, second] : undefined;
}

function isAge(value: unknown): value is number {
  return typeof value === 'number' && (value === NEVER || (value >= 0 && Number.isFinite(value)));
}

const NEVER = -1;

/** A factor that a user does not have cannot be asked for: the other one then counts, where one is enough. */
function isFresh(claims: Claims, { level, afterMinutes }: ReverificationConfig): boolean {
  const [first, second] = agesIn(claims) ?? [NEVER, NEVER];
  const isRecent = (age: number): boolean => age !== NEVER && age < afterMinutes;
  switch (level) {
    case 'first_factor':
      return isRecent(first);
    case 'second_factor':
      return isRecent(second === NEVER ? first : second);
    case 'multi_factor':
      return isRecent(first) && (second === NEVER || isRecent(second));
  }
}
