import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { Module, type DynamicModule } from '@nestjs/common';
import { GraphQLModule } from '@nestjs/graphql';
import { AuthModule } from 'nestjs-portcullis';
import { graphql, GraphqlConnections } from 'nestjs-portcullis/graphql';
import { microservices } from 'nestjs-portcullis/rpc';
import { webSockets, WebSocketSessions } from 'nestjs-portcullis/ws';
import { AUDIENCE } from './demo-values.js';
import { MeController } from './me.controller.js';
import { NewsroomClient } from './nats/newsroom-client.js';
import { RelayController } from './nats/relay.controller.js';
import { OwnPost } from './posts/own-post.policy.js';
import { PostsController } from './posts/posts.controller.js';
import { PostsGateway } from './posts/posts.gateway.js';
import { PostsMessages } from './posts/posts.messages.js';
import { PostsResolver } from './posts/posts.resolver.js';
import { Posts } from './posts/posts.js';
import { Setting, SettingController } from './setting.controller.js';

/** Closes what subscribes without a token, and when that expires. */
@Module({ providers: [GraphqlConnections], exports: [GraphqlConnections] })
class ConnectionsModule {}

@Module({})
export class AppModule {
  static of(setting: Setting): DynamicModule {
    return {
      module: AppModule,
      imports: [
        AuthModule.forRoot({
          issuers: [{ issuer: setting.issuer, audience: AUDIENCE, claims: { roles: 'roles' } }],
          transports: [graphql(), webSockets(), microservices()],
          // Messages go to this very application, which takes the tokens of its own callers.
          services: { newsroom: { messages: true } },
          undeclaredRoutes: 'deny',
          roles: { withinOrganization: true },
        }),
        GraphQLModule.forRootAsync<ApolloDriverConfig>({
          driver: ApolloDriver,
          imports: [ConnectionsModule],
          inject: [GraphqlConnections],
          useFactory: ({ onConnect }: GraphqlConnections) => ({
            autoSchemaFile: true,
            subscriptions: { 'graphql-ws': { onConnect } },
            graphiql: false,
          }),
        }),
      ],
      controllers: [
        ...[SettingController, MeController],
        ...[PostsController, PostsMessages, RelayController],
      ],
      providers: [
        { provide: Setting, useValue: setting },
        ...[Posts, OwnPost, PostsResolver, PostsGateway],
        ...[NewsroomClient, WebSocketSessions],
      ],
    };
  }
}
