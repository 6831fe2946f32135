/** What a warning is about; the codes stay the same from version to version, the messages may not. */
export type ReportWarningCode =
  | 'undeclared'
  | 'requirement_from_override'
  | 'public_beside_requirement'
  | 'trial_replaces_rule'
  | 'unknown_parameter'
  | 'unread_argument'
  | 'permission_never_granted'
  | 'wrapped'
  | 'unguarded';

/** Something about a handler that may not be what was meant. */
export interface ReportWarning {
  readonly code: ReportWarningCode;
  /** A sentence, which names the handler. */
  readonly message: string;
}

/** Where a handler is reached. */
export interface Address {
  /** HTTP, GraphQL, a WebSocket gateway, or a microservice. */
  readonly transport: 'http' | 'graphql' | 'ws' | 'rpc';
  /** `GET`, `POST`, or `ALL`; absent where the transport has none. */
  readonly method?: string;
  /** With every prefix (`/api/orders/:id`); of a message, its name or pattern; of connecting to a gateway, its namespace or path (`/support`); of GraphQL, `Query.posts`, `Post.author`. */
  readonly path: string;
  /** `neutral` for `VERSION_NEUTRAL`; absent where there are no versions. */
  readonly version?: string;
}

/** One way to reach a handler, and who may. */
export interface ReportedRoute extends Address {
  /** The name of the class. */
  readonly controller: string;
  /** The name of the method. */
  readonly handler: string;
  /** Who may, in words: `roles any of admin, owner; scope orders:write`. */
  readonly policy: string;
  /** Where each part of `policy` was declared, in the same order: `Class` or `Class.method`. */
  readonly declaredOn: readonly string[];
  readonly warnings: readonly ReportWarning[];
}
