import type { ApplicationConfig } from '@nestjs/core';
import type { ControllerHandler } from '../controllers.js';
import { authenticates, decides, guardsOf } from '../enforcement.js';

/** What the guards of AuthModule before a handler do: none is there, they authenticate, or decide as well. */
export type Guarding = 'none' | 'authenticates' | 'decides';

/** The guards before every HTTP route, as instances or as classes. */
export function globalGuardsOf(config: ApplicationConfig): readonly unknown[] {
  const perRequest = config.getGlobalRequestGuards().map(({ metatype }) => metatype);
  return [...config.getGlobalGuards(), ...perRequest];
}

/** @param inherited The guards before every handler of its transport. */
export function guardingOf(handler: ControllerHandler, inherited: readonly unknown[]): Guarding {
  const guards = [...inherited, ...guardsOf(handler)];
  if (guards.some(decides)) return 'decides';
  return guards.some(authenticates) ? 'authenticates' : 'none';
}
