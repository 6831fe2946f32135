import { Module, type DynamicModule } from '@nestjs/common';
import { ApiKeys, RevocationList } from 'nestjs-portcullis';
import { AuthorizationServer, TOKEN_SECONDS } from './authorization-server.js';
import { DEMO_PEPPER } from './demo-values.js';
import { Sessions } from './sessions.js';
import { Stores } from './stores.js';
import { Users } from './users.js';

/** All that knows a credential, or the user behind it. */
@Module({})
export class CredentialsModule {
  static of(server: AuthorizationServer): DynamicModule {
    const { REDIS_URL: url, KEY_PREFIX = 'sample-credentials:' } = process.env;
    const providers = [
      { provide: AuthorizationServer, useValue: server },
      { provide: Stores, useFactory: () => Stores.open(url, KEY_PREFIX) },
      { provide: Users, useFactory: () => Users.create() },
      Sessions,
      {
        provide: ApiKeys,
        inject: [Stores],
        useFactory: ({ apiKeys: store }: Stores) =>
          new ApiKeys({ prefix: 'acme_demo', store, pepper: process.env['PEPPER'] ?? DEMO_PEPPER }),
      },
      {
        provide: RevocationList,
        inject: [Stores],
        useFactory: ({ values: store }: Stores) =>
          new RevocationList({ store, longestTokenSeconds: TOKEN_SECONDS }),
      },
    ];
    return { module: CredentialsModule, providers, exports: providers };
  }
}
