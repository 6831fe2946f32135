import type { ModulesContainer } from '@nestjs/core';
import type { RoutePolicies } from '../guards/route-policies.js';
import type { Transports } from '../transports/transports.js';
import { handlersOf, type ControllerHandler } from './controllers.js';
import { authenticates, guardsOf, nameOf } from './enforcement.js';
import { isServiceMessage } from './message-binding.js';

/** What is known of an application that messages may come to. */
export interface ServedApplication {
  readonly modules: ModulesContainer;
  readonly policies: RoutePolicies;
  readonly transports: Transports;
  /** Whether the guards stand before every handler. */
  readonly isGlobal: boolean;
}

/** Where Nest tells of the servers that bring messages, those included that are connected later; of 11.0, nowhere. */
type Registry = Partial<Pick<ModulesContainer, 'getRpcTargetRegistry'>>;

/**
 * Tells of servers by which nobody gets to a handler that asks who is calling.
 *
 * @param warn Given a sentence, once for each.
 * @returns Ends it.
 */
export function watchServers(
  application: ServedApplication,
  warn: (sentence: string) => void,
): () => void {
  const told = new Set<string>();
  const { modules, transports } = application;
  const servers = (modules as Registry).getRpcTargetRegistry?.();
  const watching = servers?.subscribe((server) => {
    const [closed] = closedHandlers(application);
    if (!closed) return;
    for (const warning of transports.warningsOf(server)) {
      if (!told.has(warning)) warn(`${nameOf(closed)} can be called by nobody: ${warning}`);
      told.add(warning);
    }
  });
  return () => watching?.unsubscribe();
}

/** Those of messages that let nobody in of whom nothing is known. */
function* closedHandlers({
  modules,
  policies,
  isGlobal,
}: ServedApplication): Generator<ControllerHandler> {
  for (const each of handlersOf(modules)) {
    const isGuarded = isGlobal || guardsOf(each).some(authenticates);
    if (isServiceMessage(each) && isGuarded && !policies.of(each)?.opening) yield each;
  }
}
