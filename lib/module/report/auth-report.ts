import type { OnModuleInit } from '@nestjs/common';
import type { ApplicationConfig, ModulesContainer } from '@nestjs/core';
import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import { RolesGuard } from '../../guards/roles.guard.js';
import type { RoutePolicies } from '../../guards/route-policies.js';
import { handlersOf, type ControllerHandler } from '../controllers.js';
import { connectionsTo } from '../gateways.js';
import type { ResolvedAuthOptions } from '../options/resolve-options.js';
import { globalGuardsOf, guardingOf } from './guarding.js';
import { warningsAbout } from './handler-warnings.js';
import { areFieldsGuarded, isEntityResolver, isFieldResolver } from '../resolvers.js';
import { pathParameters } from './path-parameters.js';
import { policyInWords } from './policy-in-words.js';
import { toTable } from './report-table.js';
import type { Address, ReportedRoute, ReportWarning } from './reported-route.js';
import { RouteAddresses } from './route-addresses.js';

/** What a report is made from. */
export interface ReportSources {
  readonly modules: ModulesContainer;
  readonly config: ApplicationConfig;
  readonly policies: RoutePolicies;
  readonly options: ResolvedAuthOptions;
}

/**
 * Who may call what: every handler of every controller, gateway and resolver, with the policy that holds for it,
 * where that was declared, and what about it may not be what was meant.
 *
 * @publicApi
 */
export class AuthReport implements OnModuleInit {
  // Hidden from util.inspect, which would print the whole container.
  readonly #sources: ReportSources;
  #isBooted = false;
  #routes: readonly ReportedRoute[] | undefined;

  /** @internal */
  constructor(sources: ReportSources) {
    this.#sources = sources;
  }

  /** @internal */
  onModuleInit(): void {
    this.#isBooted = true;
  }

  /**
   * Every route, one for each address of a handler, sorted by transport, path and method.
   *
   * @throws {AuthConfigurationError} Before the application has booted: until then, Nest does not know
   *   its routes.
   */
  routes(): readonly ReportedRoute[] {
    if (!this.#isBooted) throw tooEarly();
    this.#routes ??= Object.freeze(reported(this.#sources));
    return this.#routes;
  }

  /** Every warning, once, in the order of the routes. */
  warnings(): readonly ReportWarning[] {
    const all = this.routes().flatMap(({ warnings }) => warnings);
    return [...new Map(all.map((each) => [each.code + each.message, each])).values()];
  }

  /** The routes as a table for the terminal, in plain text. */
  toTable(): string {
    return toTable(this.routes());
  }

  /** What `JSON.stringify` writes: the same for the same routes, so that it may be kept as a snapshot. */
  toJSON(): { readonly routes: readonly ReportedRoute[] } {
    return { routes: this.routes() };
  }
}

function reported(sources: ReportSources): ReportedRoute[] {
  const addresses = new RouteAddresses(sources.modules, sources.config);
  const ours = sources.options.global ? [RolesGuard] : [];
  const globalGuards = [...globalGuardsOf(sources.config), ...ours];
  const areGuarded = areFieldsGuarded(sources.modules);
  const routes = distinct([...connections(sources), ...handlersOf(sources.modules)]).flatMap(
    (each) => {
      const isUnguarded = isFieldResolver(each) && !areGuarded;
      // Whoever is let in to what such a field belongs to is let in to it.
      if (isUnguarded && !isEntityResolver(each)) return [];
      return addresses.of(each).map((address) => {
        const isRequest = ['http', 'graphql'].includes(address.transport);
        const inherited = isRequest ? globalGuards : ours;
        return routeOf({ each, address, inherited: isUnguarded ? [] : inherited }, sources);
      });
    },
  );
  return routes.sort(byAddress);
}

/** Connecting is guarded, whether or not a gateway has a method for it, where the application says `webSockets()`. */
function* connections({ modules, policies, options }: ReportSources): Generator<ControllerHandler> {
  if (!options.transports.some(({ type }) => type === 'ws')) return;
  for (const each of connectionsTo(modules)) {
    policies.learn(each);
    yield each;
  }
}

interface Reached {
  readonly each: ControllerHandler;
  readonly address: Address;
  /** The guards before every handler of its transport. */
  readonly inherited: readonly unknown[];
}

function routeOf(reached: Reached, sources: ReportSources): ReportedRoute {
  const { each, address, inherited } = reached;
  const { policies, options } = sources;
  const { denyUndeclared } = options.authorization.rules;
  const policy = policies.of(each);
  const circumstances = {
    guarding: guardingOf(each, inherited),
    denyUndeclared,
    impersonation: options.impersonation,
    method: methodOf(address),
    tenantParameters: tenantParametersOf(address, options),
    absentPermissions: absentPermissionsOf(options),
  };
  const { policy: words, declaredOn } = policyInWords(policy, circumstances);
  const warnings = policy ? warningsAbout(reached, policy, circumstances) : [];
  return Object.freeze({
    ...{ controller: each.controller.name, handler: each.name, ...address, policy: words },
    declaredOn: Object.freeze(declaredOn),
    warnings: Object.freeze(warnings.map((warning) => Object.freeze(warning))),
  });
}

/** Queries and subscriptions change nothing. Nor do fields, unless a mutation leads to them. */
function methodOf({ transport, method, path }: Address): string | undefined {
  return transport === 'graphql' && !path.startsWith('Mutation.') ? 'GET' : method;
}

function tenantParametersOf(
  { transport, path }: Address,
  { tenant }: ResolvedAuthOptions,
): readonly string[] {
  const found = transport === 'http' ? pathParameters(path) : undefined;
  return (tenant?.parameters ?? []).filter((name) => found?.has(name));
}

/** What permissions begin with that nobody has: of what else may grant them, nothing is known before a caller comes. */
function absentPermissionsOf(options: ResolvedAuthOptions): readonly string[] {
  const { absentPermissions, authorization, principal } = options;
  const granted = [...authorization.roleModel.permissions.values()].flatMap((names) => [...names]);
  const isGrantedLater =
    principal.loader !== undefined || authorization.rules.superRoles.length > 0;
  if (isGrantedLater) return [];
  return absentPermissions.filter((prefix) => !granted.some((name) => name.startsWith(prefix)));
}

/** Each handler once: the function that its instance has, which is the one Nest calls. */
function distinct(handlers: Iterable<ControllerHandler>): ControllerHandler[] {
  const found = new Map<unknown, Map<string, ControllerHandler>>();
  for (const each of handlers) {
    const ofClass = found.get(each.metatype) ?? new Map<string, ControllerHandler>();
    found.set(each.metatype, ofClass.set(each.name, each));
  }
  return [...found.values()].flatMap((ofClass) => [...ofClass.values()]);
}

/** By code units: the same order in every locale. */
function byAddress(one: ReportedRoute, other: ReportedRoute): number {
  const [first, second] = [orderOf(one), orderOf(other)];
  if (first === second) return 0;
  return first < second ? -1 : 1;
}

function orderOf(route: ReportedRoute): string {
  const { transport, path, method = '', version = '', controller, handler } = route;
  return [transport, path, method, version, controller, handler].join('\0');
}

function tooEarly(): AuthConfigurationError {
  return new AuthConfigurationError(
    'AuthReport',
    'is asked for routes before the application has booted',
    'Ask after app.init() or app.listen().',
  );
}
