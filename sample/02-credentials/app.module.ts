import { Module, type DynamicModule } from '@nestjs/common';
import { hash, verify } from '@node-rs/argon2';
import {
  apiKey,
  ApiKeys,
  AuthModule,
  basic,
  opaqueToken,
  RevocationList,
  session,
  type AuthModuleOptions,
} from 'nestjs-portcullis';
import { AccessController } from './access.controller.js';
import { AUDIENCE, type AuthorizationServer } from './authorization-server.js';
import { CredentialsModule } from './credentials.module.js';
import { DEMO_CLIENT_SECRETS } from './demo-values.js';
import { InvoicesController } from './invoices.controller.js';
import { KeysController } from './keys.controller.js';
import { SESSION_COOKIE } from './session-cookie.js';
import { SessionsController } from './sessions.controller.js';
import { Sessions } from './sessions.js';
import { Users } from './users.js';

@Module({})
export class AppModule {
  static of(server: AuthorizationServer): DynamicModule {
    const credentials = CredentialsModule.of(server);
    const auth = AuthModule.forRootAsync({
      imports: [credentials],
      inject: [ApiKeys, RevocationList],
      useFactory: (keys: ApiKeys, revocation: RevocationList): AuthModuleOptions => ({
        credentials: [
          session({ cookie: SESSION_COOKIE, resolve: Sessions }),
          // Argon2id is what the library uses unless told otherwise.
          basic({ find: Users, hasher: { hash, verify }, declaredOnly: true }),
          apiKey({ keys }),
          opaqueToken({ introspection: introspectionAt(server) }),
        ],
        machineCredentials: 'declared-only',
        undeclaredRoutes: 'deny',
        principal: { load: Users },
        revocation,
      }),
    });
    return {
      module: AppModule,
      imports: [credentials, auth],
      controllers: [SessionsController, InvoicesController, KeysController, AccessController],
    };
  }
}

/** This API is a client of the server, too: not everybody may ask what a token is good for. */
function introspectionAt({ issuer }: AuthorizationServer) {
  const clientId = 'invoices-api';
  return { issuer, audience: AUDIENCE, clientId, clientSecret: DEMO_CLIENT_SECRETS[clientId] };
}
