import { AuthModule, type AuthModuleOptions } from '../../../lib/index.js';
import { graphql, GraphqlConnections } from '../../../lib/transports/graphql/index.js';
import { create, moduleOf } from '../../e2e/http/application.js';

describe('GraphqlConnections', () => {
  it.each<[object, string]>([
    [{ connection: {} }, 'graphql().connection is no option'],
    [{ connections: { anonymous: true } }, 'graphql().connections.anonymous is no option'],
    [{ connections: { allowAnonymous: 'yes' } }, 'allowAnonymous is no boolean'],
    [{ connections: { accepts: 'jwt' } }, 'accepts is no list'],
    [{ connections: { accepts: [] } }, 'accepts is no list'],
  ])('refuses the options %j', (options, problem) => {
    expect(() => graphql(options)).toThrow(problem);
  });

  it('refuses to boot with a kind of credential that is none, and where no GraphQL is served', async () => {
    const booted = async (auth: AuthModuleOptions): Promise<unknown> => {
      const imports = [AuthModule.forRoot(auth)];
      const app = await create('express', moduleOf({ imports, providers: [GraphqlConnections] }));
      return app.init();
    };
    const issuers = [{ issuer: 'https://login.example.com/', audience: 'api://orders' }];
    await expect(
      booted({ issuers, transports: [graphql({ connections: { accepts: ['jvt'] } })] }),
    ).rejects.toThrow('names "jvt", which is no kind of credential here');
    await expect(booted({ issuers })).rejects.toThrow('Add transports: [graphql()]');
  });
});
