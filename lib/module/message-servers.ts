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
    const closed = new Set([...closedHandlers(application, server)].map(nameOf));
    if (closed.size === 0) return;
    for (const warning of transports.warningsOf(server)) {
      if (!told.has(warning)) warn(`${listed([...closed])} can be called by nobody ${warning}`);
      told.add(warning);
    }
  });
  return () => watching?.unsubscribe();
}

/** Those of the messages of a server that let nobody in of whom nothing is known. */
function* closedHandlers(
  { modules, policies, isGlobal }: ServedApplication,
  server: unknown,
): Generator<ControllerHandler> {
  for (const each of handlersOf(modules)) {
    const isGuarded = isGlobal || guardsOf(each).some(authenticates);
    const isClosed = isGuarded && !policies.of(each)?.opening;
    if (isServiceMessage(each) && isClosed && isBroughtBy(server, each)) yield each;
  }
}

/** What a handler says, which is for one transport alone. */
const TRANSPORT = 'microservices:transport';

/** As Nest has it: a server of no known transport brings them all. */
function isBroughtBy(server: unknown, { method }: ControllerHandler): boolean {
  const { transportId } = (server ?? {}) as { readonly transportId?: unknown };
  const only: unknown = Reflect.getMetadata(TRANSPORT, method);
  return only === undefined || transportId === undefined || only === transportId;
}

/** So many are named in one line. */
const MOST = 10;

function listed(names: readonly string[]): string {
  const left = names.length - MOST;
  return names.slice(0, MOST).join(', ') + (left > 0 ? ` and ${String(left)} more` : '');
}
