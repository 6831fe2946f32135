import { RequestMethod, VERSION_NEUTRAL, VersioningType } from '@nestjs/common';
import type { ApplicationConfig, ModulesContainer } from '@nestjs/core';
import { CONNECTION, GATEWAY, type ControllerHandler } from '../controllers.js';
import { resolvedBy } from '../resolvers.js';
import type { Address } from './reported-route.js';

/** Where Nest keeps what a route is made of. */
const PATH = 'path';
const METHOD = 'method';
const VERSION = '__version__';
const MODULE_PATH = '__module_path__';

/** Where Nest keeps what a message is called. */
const RPC_PATTERN = 'microservices:pattern';
const WS_MAPPING = 'websockets:message_mapping';
const WS_MESSAGE = 'message';
const WS_OPTIONS = 'websockets:gateway_options';

/** What a message may be called. */
type MessageName = string | number | symbol | Readonly<Record<string, unknown>>;

/** One of the versions of a route; the symbol is `VERSION_NEUTRAL`. */
type Version = string | symbol | undefined;

/** What a path consists of, after the global prefix. */
interface PathParts {
  readonly version: Version;
  readonly method: RequestMethod;
  /** Of the module, of the controller and of the handler. */
  readonly fragments: readonly string[];
}

/** Tells where the handlers of an application are reached, by the rules that Nest's router goes by. */
export class RouteAddresses {
  readonly #config: ApplicationConfig;
  readonly #modulePaths = new Map<unknown, Set<string>>();

  constructor(modules: ModulesContainer, config: ApplicationConfig) {
    this.#config = config;
    for (const { metatype, controllers } of modules.values()) {
      const path =
        textsIn(MODULE_PATH + modules.applicationId, metatype)[0] ??
        textsIn(MODULE_PATH, metatype)[0];
      for (const { metatype: controller } of controllers.values()) {
        const known = this.#modulePaths.get(controller) ?? new Set();
        this.#modulePaths.set(controller, known.add(path ?? ''));
      }
    }
  }

  /** Every address of a handler; none for a method that handles nothing. */
  of(handler: ControllerHandler): readonly Address[] {
    return [
      ...this.#requests(handler),
      ...messages(handler),
      ...connections(handler),
      ...fields(handler),
    ];
  }

  *#requests({ metatype, method: target }: ControllerHandler): Generator<Address> {
    const method = (Reflect.getMetadata(METHOD, target) ?? RequestMethod.ALL) as RequestMethod;
    for (const fragments of this.#fragmentsOf(metatype, target)) {
      for (const version of this.#versionsOf(metatype, target)) {
        const path = this.#pathOf({ version, method, fragments });
        const address = { transport: 'http', method: RequestMethod[method], path } as const;
        yield version === undefined ? address : { ...address, version: versionName(version) };
      }
    }
  }

  *#fragmentsOf(metatype: object, method: object): Generator<readonly string[]> {
    for (const ofModule of this.#modulePaths.get(metatype) ?? []) {
      for (const ofController of textsIn(PATH, metatype)) {
        for (const ofHandler of textsIn(PATH, method)) yield [ofModule, ofController, ofHandler];
      }
    }
  }

  #versionsOf(metatype: object, method: object): readonly Version[] {
    const versioning = this.#config.getVersioning();
    if (!versioning) return [undefined];
    const onHandler = Reflect.getMetadata(VERSION, method) as Version | Version[];
    const onController = Reflect.getMetadata(VERSION, metatype) as Version | Version[];
    return [onHandler ?? onController ?? versioning.defaultVersion].flat();
  }

  #pathOf({ version, method, fragments }: PathParts): string {
    const unversioned = joined(fragments);
    const path = joined([this.#versionPrefix(version), ...fragments]);
    const prefix = this.#config.getGlobalPrefix();
    const isPrefixed = prefix !== '' && !this.#isExcluded(unversioned, method);
    return withoutEndSlash(joined(isPrefixed ? [prefix, path] : [path])) || '/';
  }

  #versionPrefix(version: Version): string {
    const versioning = this.#config.getVersioning();
    const isInPath = versioning?.type === VersioningType.URI && typeof version === 'string';
    if (!isInPath) return '';
    const { prefix = 'v' } = versioning;
    return `/${prefix === false ? '' : prefix}${version}`;
  }

  #isExcluded(path: string, method: RequestMethod): boolean {
    const { exclude = [] } = this.#config.getGlobalPrefixOptions();
    return exclude.some(({ pathRegex, requestMethod }) => {
      const isMeant = [RequestMethod.ALL, -1, method].includes(requestMethod);
      return isMeant && pathRegex.test(path);
    });
  }
}

function* messages({ method }: ControllerHandler): Generator<Address> {
  const patterns = (Reflect.getMetadata(RPC_PATTERN, method) ?? []) as MessageName[];
  for (const pattern of [patterns].flat()) yield { transport: 'rpc', path: spelt(pattern) };
  if (!Reflect.hasMetadata(WS_MAPPING, method)) return;
  yield {
    transport: 'ws',
    path: spelt((Reflect.getMetadata(WS_MESSAGE, method) ?? '') as MessageName),
  };
}

/** Clients connect to a namespace of socket.io, or a path of ws; messages have names without a slash. */
function connections({ metatype, name }: ControllerHandler): readonly Address[] {
  if (name !== CONNECTION || !Reflect.hasMetadata(GATEWAY, metatype)) return [];
  const options: unknown = Reflect.getMetadata(WS_OPTIONS, metatype);
  const { namespace, path } = (options ?? {}) as Readonly<Record<string, unknown>>;
  const place = namespace ?? path;
  // Of socket.io, it may be a pattern.
  if (place instanceof RegExp) return [{ transport: 'ws', path: String(place) }];
  return [{ transport: 'ws', path: withLeadingSlash(typeof place === 'string' ? place : '') }];
}

function fields(handler: ControllerHandler): readonly Address[] {
  const path = resolvedBy(handler);
  return path === undefined ? [] : [{ transport: 'graphql', path }];
}

function textsIn(key: string, target: object): readonly string[] {
  const found: unknown = Reflect.getMetadata(key, target) ?? [];
  return [found].flat() as readonly string[];
}

function joined(fragments: readonly string[]): string {
  const given = fragments.filter((each) => each !== '');
  return given.reduce((path, each) => withoutEndSlash(path) + withLeadingSlash(each), '');
}

/** An optional first part (`{/:language}`) brings its own. */
function withLeadingSlash(path: string): string {
  return path.startsWith('/') || path.startsWith('{/') ? path : `/${path}`;
}

function withoutEndSlash(path: string): string {
  return path.endsWith('/') ? path.slice(0, -1) : path;
}

function versionName(version: string | symbol): string {
  return version === VERSION_NEUTRAL ? 'neutral' : String(version);
}

/** A method of gRPC as gRPC itself says: `billing.Invoices/List`. */
function spelt(name: MessageName): string {
  if (typeof name !== 'object') return String(name);
  const { service, rpc, streaming } = name;
  const isGrpc = typeof service === 'string' && typeof rpc === 'string' && streaming !== undefined;
  return isGrpc ? `${service}/${rpc}` : JSON.stringify(name);
}
