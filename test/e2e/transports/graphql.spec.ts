import type { Type } from '@nestjs/common';
import { Args, Mutation, Query, Resolver, Subscription } from '@nestjs/graphql';
import {
  AuthService,
  CurrentUser,
  OptionalAuth,
  Public,
  Roles,
  type RefusalCode,
} from '../../../lib/index.js';
import { describeCases, Mine, MinePolicy, type Outcome, type Question } from './cases.js';
import {
  bearer,
  dial,
  first,
  post,
  SERVERS,
  startGraphql,
  type GraphqlAnswer,
} from './graphql-application.js';

const ROOTS = { query: Query, mutation: Mutation, subscription: Subscription };
type Operation = keyof typeof ROOTS;

/** What stands for a status where clients of GraphQL look. */
const CODES: Readonly<Record<number, string>> = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  503: 'SERVICE_UNAVAILABLE',
};

const TEXT = [(): StringConstructor => String, { nullable: true }] as const;

function handlersOf(operation: Operation): Type {
  const Root = ROOTS[operation];

  @Resolver()
  class Handlers {
    readonly #auth: AuthService;

    constructor(auth: AuthService) {
      this.#auth = auth;
    }

    @Root(...TEXT)
    closed(@CurrentUser('subject') subject: string): unknown {
      expect(this.#auth.principal().subject).toBe(subject);
      return answer('closed', () => this.#auth.principal().subject);
    }

    @Roles('admin')
    @Root(...TEXT)
    admins(@CurrentUser('subject') subject: string): unknown {
      return answer('admins', () => subject);
    }

    @Public()
    @Root(...TEXT)
    open(): unknown {
      return answer('open', () => this.#auth.tryPrincipal()?.subject ?? null);
    }

    @OptionalAuth()
    @Root(...TEXT)
    optional(@CurrentUser('subject') subject?: string): unknown {
      return answer('optional', () => subject ?? null);
    }

    @Mine('args.owner')
    @Root(...TEXT)
    owned(
      @CurrentUser('subject') subject: string,
      @Args('owner', { nullable: true, type: () => String }) owner?: string,
    ): unknown {
      expect(owner).toBe(subject);
      return answer('owned', () => subject);
    }
  }

  function answer(name: string, subject: () => string | null): unknown {
    return operation === 'subscription' ? once(name, subject) : subject();
  }

  return Handlers;
}

async function* once(name: string, value: () => string | null): AsyncGenerator<object> {
  // Where it is asked for, and not where it was made.
  await Promise.resolve();
  yield { [name]: value() };
}

function outcomeOf(
  { handler }: Question,
  answer: Pick<GraphqlAnswer, 'data' | 'errors' | 'text'>,
): Outcome {
  const [failure, ...others] = answer.errors;
  expect(others).toEqual([]);
  if (!failure) return { subject: answer.data?.[handler] as string | null };
  expect(answer.data?.[handler] ?? null).toBeNull();
  const { code, originalError } = failure.extensions;
  expect(originalError).toBeDefined();
  expect(code).toBe(CODES[originalError?.statusCode ?? 0]);
  return { status: originalError?.statusCode as 401, code: originalError?.code as RefusalCode };
}

for (const server of SERVERS) {
  for (const operation of Object.keys(ROOTS) as Operation[]) {
    describeCases({
      name: `GraphQL (${server}, ${operation})`,
      start: async (auth) => {
        const providers = [MinePolicy, handlersOf(operation)];
        if (operation !== 'query') providers.push(handlersOf('query'));
        const api = await startGraphql(server, { providers, auth });
        return {
          close: () => api.close(),
          ask: async (question) => {
            const { handler, token, owner } = question;
            const given = owner === undefined ? '' : `(owner: ${JSON.stringify(owner)})`;
            const query = `${operation} { ${handler}${given} }`;
            if (operation !== 'subscription') {
              return outcomeOf(question, await post(api, { query }, bearer(token)));
            }
            const connectionParams =
              token === undefined ? {} : { Authorization: `Bearer ${token}` };
            const client = dial(api, { connectionParams });
            const answer = await first(client, query);
            await client.dispose();
            return outcomeOf(question, answer);
          },
        };
      },
    });
  }
}
