import { setTimeout as sleep } from 'node:timers/promises';
import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import { withDeadline } from '../../endpoint/deadline.js';
import { runtimeFetch } from '../../endpoint/fetch.js';
import { fetchJson } from '../../endpoint/fetch-json.js';
import { IssuerEndpointError } from '../../endpoint/issuer-endpoint-error.js';
import { projectIn, type Configuration } from './tesseral-project.js';

/** How long the configuration is tried for, one answer may take, and is waited between, in milliseconds. */
const TIMES = { patience: 10_000, answer: 3000, pause: 250 };

/** What Tesseral says of a publishable key that it does not know, or that is none. */
const UNKNOWN = new Set<number | undefined>([400, 404]);

/**
 * Asks which project a publishable key is of.
 *
 * @throws {AuthConfigurationError} When nobody knows the key, or nobody answers in time.
 */
export async function discoverProject(configuration: Configuration): Promise<string> {
  const deadline = performance.now() + TIMES.patience;
  for (;;) {
    try {
      return await ask(configuration, deadline - performance.now());
    } catch (failure) {
      if (!(failure instanceof IssuerEndpointError)) throw failure;
      if (UNKNOWN.has(failure.status)) throw unknownKey(configuration);
      if (performance.now() + TIMES.pause >= deadline) throw unreachable(failure);
      await sleep(TIMES.pause);
    }
  }
}

async function ask(configuration: Configuration, remaining: number): Promise<string> {
  const { address, fetch = runtimeFetch } = configuration;
  const never = new AbortController().signal;
  const { document = {} } = await withDeadline(
    Math.min(TIMES.answer, remaining),
    never,
    async (signal) => fetchJson(address, { signal, fetch }),
  );
  return projectIn(document, configuration);
}

function unknownKey({ address }: Configuration): AuthConfigurationError {
  return new AuthConfigurationError(
    'tesseral.publishableKey',
    `is not known at ${address.origin}`,
    'Copy it from the Tesseral console.',
  );
}

function unreachable({ message }: IssuerEndpointError): AuthConfigurationError {
  return new AuthConfigurationError(
    'tesseral.projectId',
    `is not given, and could not be asked for: ${message}`,
    "Give it, and the application starts whether Tesseral answers or not: projectId: 'project_…'.",
  );
}
