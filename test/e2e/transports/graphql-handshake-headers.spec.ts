import { Context, Query, Resolver, Subscription } from '@nestjs/graphql';
import { Public } from '../../../lib/index.js';
import { TestIssuer } from '../../../lib/testing/index.js';
import { Feeds, Listener, until } from './feeds.js';
import { dial, startGraphql } from './graphql-application.js';

const TEXT = (): StringConstructor => String;

/** What a handler is handed of the handshake. */
interface Handed {
  readonly request: { readonly headers: Readonly<Record<string, unknown>> };
}

@Resolver()
class HeadersResolver {
  readonly #feeds: Feeds;
  seen: readonly string[] = [];

  constructor(feeds: Feeds) {
    this.#feeds = feeds;
  }

  @Public()
  @Query(TEXT)
  hello(): string {
    return 'hello';
  }

  @Public()
  @Subscription(TEXT)
  open(@Context() { request }: Handed): AsyncIterableIterator<object> {
    this.seen = Object.keys(request.headers);
    return this.#feeds.listen('open');
  }
}

it.each([true, false])(
  'what a client of Mercurius says when it connects puts back no header that was taken off the handshake, with global: %s',
  async (global) => {
    const issuer = await TestIssuer.start({ algorithms: ['ES256'] });
    const api = await startGraphql('Mercurius', {
      providers: [Feeds, HeadersResolver],
      auth: { global, issuers: [issuer.options()], context: { stripHeaders: ['Admin-Action'] } },
    });
    const headers = {
      ...{ 'Admin-Action': 'a', admin_action: 'a', 'admin-action': 'a' },
      ...{ 'user-id': 'root', other: 'kept' },
    };
    const client = dial(api, { connectionParams: { headers }, headers: { 'user-id': 'root' } });
    const listener = new Listener(client, 'open');
    const feeds = api.app.get(Feeds);
    await until(() => feeds.listening === 1);
    const { seen } = api.app.get(HeadersResolver);
    listener.stop();
    await client.dispose();
    await api.close();
    await issuer.close();
    expect(seen).toContain('other');
    expect(seen.filter((name) => /admin.action|user.id/i.test(name))).toEqual([]);
  },
);
