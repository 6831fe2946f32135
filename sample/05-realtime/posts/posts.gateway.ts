import {
  ConnectedSocket,
  MessageBody,
  SubscribeMessage,
  WebSocketGateway,
  type OnGatewayConnection,
  type OnGatewayInit,
} from '@nestjs/websockets';
import { arg, Authorize, Resource, Roles } from 'nestjs-portcullis';
import { principalOf, WebSocketSessions } from 'nestjs-portcullis/ws';
import type { Server, Socket } from 'socket.io';
import { OwnPost } from './own-post.policy.js';
import type { Post } from './post.js';
import { Posts } from './posts.js';

/** By socket.io, and live: whoever is connected is told what becomes of posts of their organization. */
@WebSocketGateway()
@Roles('reader')
export class PostsGateway implements OnGatewayInit<Server>, OnGatewayConnection<Socket> {
  constructor(
    private readonly posts: Posts,
    private readonly sessions: WebSocketSessions,
  ) {}

  afterInit(server: Server): void {
    this.posts.onChange((change, post) => {
      server.to(roomOf(post.organizationId)).emit(change, post);
    });
  }

  /** Who is here is known, and a reader: what is declared on the class holds for connecting, too. */
  async handleConnection(client: Socket): Promise<void> {
    const organizationId = principalOf(client)?.organizationId;
    if (organizationId !== undefined) await client.join(roomOf(organizationId));
  }

  @Roles('editor')
  @SubscribeMessage('publish')
  publish(@MessageBody('text') text: unknown): Post {
    return this.posts.publish(text, 'socket.io');
  }

  @Roles('editor')
  @Authorize(OwnPost, { id: arg('payload.id') })
  @SubscribeMessage('retract')
  retract(@Resource() post: Post): Post {
    return this.posts.retract(post);
  }

  /** A new token, before the old one expires: the connection stays. */
  @SubscribeMessage('authenticate')
  async authenticate(
    @ConnectedSocket() client: Socket,
    @MessageBody('token') token: string,
  ): Promise<{ readonly expiresAt: number | undefined }> {
    const { expiresAt } = await this.sessions.reauthenticate(client, token);
    return { expiresAt };
  }
}

function roomOf(organizationId: string): string {
  return `organization:${organizationId}`;
}
