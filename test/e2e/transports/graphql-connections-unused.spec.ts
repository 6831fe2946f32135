import type { ModuleMetadata, Type } from '@nestjs/common';
import { apiKey, AuthModule } from '../../../lib/index.js';
import { graphql, GraphqlConnections } from '../../../lib/transports/graphql/index.js';
import { create, moduleOf } from '../http/application.js';
import { Feeds, FeedsResolver } from './feeds.js';
import {
  adapterOf,
  connectedModule,
  graphqlModule,
  handingOn,
  SERVERS,
} from './graphql-application.js';

const issuers = [{ issuer: 'https://login.example.com/', audience: 'api://orders' }];

describe.each(SERVERS)('connections of %s', (server) => {
  it('of which the options speak, and which no driver asks about, do not boot', async () => {
    const booted = async (
      provided: readonly Type[],
      imported: NonNullable<ModuleMetadata['imports']>[number],
      transport = graphql({ connections: {} }),
    ): Promise<void> => {
      const other = await create(
        adapterOf(server),
        moduleOf({
          imports: [
            AuthModule.forRoot({
              issuers,
              credentials: [apiKey({ resolve: () => null })],
              transports: [transport],
            }),
            imported,
          ],
          providers: [Feeds, FeedsResolver, ...provided],
        }),
      );
      try {
        await other.init();
      } finally {
        await other.close();
      }
    };
    const cure = /graphql\(\)\.connections .*anybody may\. Give its function to GraphQLModule/;
    const deaf = (): ReturnType<typeof graphqlModule> => graphqlModule(server, {});
    await expect(booted([], deaf())).rejects.toThrow(cure);
    await expect(booted([GraphqlConnections], deaf())).rejects.toThrow(cure);
    // A function of the application that can ask nobody.
    const onConnect = (): boolean => true;
    const own = { subscriptions: { 'graphql-ws': { onConnect } }, subscription: { onConnect } };
    const deciding = graphqlModule(server, own as never);
    await expect(booted([], deciding)).rejects.toThrow(cure);
    await booted([GraphqlConnections], deciding);
    await booted([GraphqlConnections], deaf(), graphql());
    await booted([], connectedModule(server));
    await booted([], handingOn(server));
  });
});
