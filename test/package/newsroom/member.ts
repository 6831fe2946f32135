import { headers as natsHeaders, type NatsConnection } from '@nats-io/transport-node';
import { io, type Socket } from 'socket.io-client';
import { signIn } from './sign-in.js';

type Json = Readonly<Record<string, unknown>>;

/** What came of a call: what was answered, or the refusal. */
export interface Outcome {
  readonly post?: Json;
  readonly refusal?: Json;
}

/** The answer of a handler of messages, as Nest sends it by NATS. */
interface Packet {
  readonly response?: Json;
  readonly err?: Json;
}

/** Somebody who is signed in to `sample/05-realtime`, and connected. */
export class Member {
  /** What was told live. */
  readonly told: { readonly event: string; readonly data: Json }[] = [];

  private constructor(
    private readonly url: string,
    readonly token: string,
    readonly socket: Socket,
  ) {
    socket.onAny((event: string, data: Json) => this.told.push({ event, data }));
  }

  static async signIn(url: string, person: string): Promise<Member> {
    const token = await signIn(url, person);
    const socket = io(url, { auth: { token }, forceNew: true, transports: ['websocket'] });
    const member = new Member(url, token, socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve).once('connect_error', reject);
    });
    return member;
  }

  /** What is told next under a name. */
  next(event: string): Promise<Json> {
    return new Promise((resolve) => {
      this.socket.once(event, resolve);
    });
  }

  async http(method: string, path: string, body?: object): Promise<Outcome> {
    const answer = await this.#fetch(method, path, body);
    return 'statusCode' in answer ? { refusal: answer } : { post: answer };
  }

  async graphql(query: string, variables: object): Promise<Outcome> {
    const { data, errors } = (await this.#fetch('POST', '/graphql', { query, variables })) as {
      data?: { post: Json };
      errors?: readonly { extensions: { originalError: Json } }[];
    };
    if (data && !errors) return { post: data.post };
    return { refusal: errors?.[0]?.extensions.originalError ?? {} };
  }

  emit(event: string, data: object): Promise<Outcome> {
    return new Promise((resolve) => {
      const refused = (refusal: Json): void => {
        resolve({ refusal });
      };
      this.socket.once('exception', refused);
      this.socket.emit(event, data, (post: Json) => {
        this.socket.off('exception', refused);
        resolve({ post });
      });
    });
  }

  async request(nats: NatsConnection, subject: string, data: object): Promise<Outcome> {
    const headers = natsHeaders();
    headers.set('authorization', `Bearer ${this.token}`);
    const packet = JSON.stringify({ pattern: subject, data, id: '1' });
    const answer = await nats.request(subject, packet, { headers, timeout: 10_000 });
    const { response, err } = answer.json<Packet>();
    return err ? { refusal: err } : { ...(response && { post: response }) };
  }

  async #fetch(method: string, path: string, body?: object): Promise<Json> {
    const headers = {
      authorization: `Bearer ${this.token}`,
      'content-type': 'application/json',
    };
    const sent = { method, headers, ...(body && { body: JSON.stringify(body) }) };
    return (await (await fetch(this.url + path, sent)).json()) as Json;
  }
}
