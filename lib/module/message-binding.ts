import type { ModulesContainer } from '@nestjs/core';
import { MessageScopeInterceptor } from '../guards/message-scope.interceptor.js';
import { MessageGuard } from '../guards/message.guard.js';
import { CONNECTION, GATEWAY, handlersOf, type ControllerHandler } from './controllers.js';
import { isRootResolver } from './resolvers.js';
import { guardValues } from './subscription-values.js';

/** What marks the handler of a message: Nest may hand it no global guard. */
const [RPC, WEB_SOCKETS] = ['microservices:pattern', 'websockets:message_mapping'];

/** Where `@UseGuards` keeps its guards. */
export const GUARDS = '__guards__';

/** Where `@UseInterceptors` keeps its interceptors. */
const INTERCEPTORS = '__interceptors__';

/** Whether a handler is reached by messages of a gateway. */
export function isGatewayMessage({ method }: ControllerHandler): boolean {
  return Reflect.hasMetadata(WEB_SOCKETS, method);
}

/** Whether a handler is reached by messages of a microservice. */
export function isServiceMessage({ method }: ControllerHandler): boolean {
  return Reflect.hasMetadata(RPC, method);
}

/** Whether it is called when a client connects to a gateway: what is declared on it holds for that. */
export function isConnection({ metatype, name }: ControllerHandler): boolean {
  return name === CONNECTION && Reflect.hasMetadata(GATEWAY, metatype);
}

/**
 * Puts the guards before the handlers of messages, first of all, once for each class, whatever global
 * guards Nest hands them. To be done before Nest sets them up, and again when all providers are made.
 */
export function bindMessages(modules: ModulesContainer): void {
  for (const each of handlersOf(modules)) {
    if (isGatewayMessage(each) || isServiceMessage(each)) putFirst(each, GUARDS, MessageGuard);
    // The messages of gateways have a scope before Nest hears of them, and an interceptor is not cheap;
    // GraphQL has its guards, and over a socket no request at hand.
    const needsScope = isServiceMessage(each) || isRootResolver(each);
    if (needsScope) putFirst(each, INTERCEPTORS, MessageScopeInterceptor);
    // What it notes is what they go by.
    if (isRootResolver(each)) guardValues(each);
  }
  // The classes name them for every application that has them; each application has instances of its own.
  for (const type of [MessageGuard, MessageScopeInterceptor]) {
    const provided = providerOf(modules, type);
    if (!provided) continue;
    for (const module of modules.values()) module.injectables.set(type, provided);
  }
}

type Module = ModulesContainer extends Map<unknown, infer M> ? M : never;

function providerOf(
  modules: ModulesContainer,
  type: typeof MessageGuard | typeof MessageScopeInterceptor,
): ReturnType<Module['providers']['get']> {
  for (const { providers } of modules.values()) {
    if (providers.has(type)) return providers.get(type);
  }
  return;
}

/** Which of the two Nest reads, where they differ, depends on its version. */
function putFirst(
  { metatype, controller }: ControllerHandler,
  key: string,
  enhancer: unknown,
): void {
  for (const target of [metatype, controller]) {
    const given = (Reflect.getMetadata(key, target) ?? []) as readonly unknown[];
    if (given.includes(enhancer)) continue;
    Reflect.defineMetadata(key, [enhancer, ...given], target);
  }
}
