import { AuthConfigurationError } from '../core/auth-configuration-error.js';
import { requestValuesOf } from '../decorators/request-value.js';
import { CONNECTION, type ControllerHandler } from './controllers.js';

/** What Nest calls beside the handlers of messages, whose parameters it does not fill; those with a client first. */
const HOOKS = [CONNECTION, 'handleDisconnect', 'afterInit'] as const;

/**
 * Refuses to boot where a decorator of ours is on a parameter that Nest leaves alone: whatever the
 * adapter passes there, a request or a reason, would be taken for the caller.
 *
 * @param connections To each gateway.
 * @throws {AuthConfigurationError}
 */
export function assertNoParameters(connections: Iterable<ControllerHandler>): void {
  for (const { controller, metatype } of connections) {
    for (const hook of HOOKS) {
      const [decorator] = requestValuesOf(metatype, hook);
      if (decorator === undefined) continue;
      throw new AuthConfigurationError(
        `${controller.name}.${hook}`,
        `has a parameter @${decorator}, and Nest calls it with what the adapter passes`,
        hook === 'afterInit' ? NOBODY : ASK,
      );
    }
  }
}

const NOBODY = 'Remove it: nobody has connected yet.';
const ASK =
  "Ask principalOf(client), from 'nestjs-portcullis/ws', with the client that is its first argument.";
