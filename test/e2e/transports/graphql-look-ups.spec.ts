import { Mutation, Query, Resolver } from '@nestjs/graphql';
import { apiKey, AuthService, CurrentUser, type AuthEvent } from '../../../lib/index.js';
import type { RunningApplication } from '../http/application.js';
import { dial, first, post, SERVERS, startGraphql } from './graphql-application.js';

@Resolver()
class Things {
  readonly #auth: AuthService;

  constructor(auth: AuthService) {
    this.#auth = auth;
  }

  @Query(() => String, { nullable: true })
  thing(@CurrentUser('subject') subject: string): string {
    return `${subject} ${this.#auth.principal().subject}`;
  }

  @Mutation(() => String, { nullable: true })
  change(): string {
    return this.#auth.principal().subject;
  }
}

/** One field under many names. */
function often(kind: string, field: string): string {
  return `${kind} { ${Array.from({ length: 50 }, (_, i) => `a${String(i)}: ${field}`).join(' ')} }`;
}

describe.each(SERVERS)(
  'one request with many fields, of a resolver that a function makes: %s',
  (server) => {
    let api: RunningApplication;
    let lookedUp = 0;
    const denied: AuthEvent[] = [];

    beforeAll(async () => {
      const resolve = async (key: string): Promise<{ subject: string } | null> => {
        lookedUp += 1;
        await new Promise((done) => setImmediate(done));
        return key === 'ann' ? { subject: 'ann' } : null;
      };
      api = await startGraphql(server, {
        providers: [
          {
            provide: 'things',
            useFactory: (auth: AuthService) => new Things(auth),
            inject: [AuthService],
          },
        ],
        auth: {
          credentials: [apiKey({ resolve })],
          onEvent: (event) => {
            if (event.type === 'auth.denied') denied.push(event);
          },
        },
      });
    });

    beforeEach(() => {
      [lookedUp, denied.length] = [0, 0];
    });

    afterAll(() => api.close());

    it.each([
      ['query', 'thing', 'ann', 0],
      ['mutation', 'change', 'ann', 0],
      ['query', 'thing', 'nobody', 1],
      ['mutation', 'change', 'nobody', 1],
    ])(
      '%s { %s … } of %s is looked up once, and refused in few events',
      async (kind, field, key, told) => {
        const { errors } = await post(api, { query: often(kind, field) }, { 'x-api-key': key });
        expect({ lookedUp, denied: denied.length }).toEqual({ lookedUp: 1, denied: told });
        expect((errors as unknown[] | undefined) ?? []).toHaveLength(told * 50);
      },
    );

    it('is refused in one event where nobody asks', async () => {
      await post(api, { query: often('query', 'thing') });
      expect(denied).toHaveLength(1);
    });

    it('over a socket, AuthService knows the caller as well', async () => {
      const answer = await post(api, { query: '{ thing }' }, { 'x-api-key': 'ann' });
      expect(answer.data).toEqual({ thing: 'ann ann' });
      const client = dial(api, { headers: { 'x-api-key': 'ann' } });
      const { data } = await first(client, '{ thing }');
      await client.dispose();
      expect(data).toEqual({ thing: 'ann ann' });
    });
  },
);
