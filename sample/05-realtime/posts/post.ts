/** How a post came. */
export type Way = 'HTTP' | 'GraphQL' | 'socket.io' | 'NATS';

/** A piece of news, for those in the organization of its author. */
export interface Post {
  readonly id: string;
  readonly organizationId: string;
  /** The subject of the author's token. */
  readonly author: string;
  readonly text: string;
  readonly way: Way;
}
