import { randomUUID } from 'node:crypto';
import { createServer, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type {
  INestApplication,
  INestMicroservice,
  NestHybridApplicationOptions,
  Type,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  ClientProxyFactory,
  MqttRecordBuilder,
  NatsRecordBuilder,
  RmqRecordBuilder,
  Transport,
  type ClientGrpc,
  type ClientProxy,
  type MicroserviceOptions,
} from '@nestjs/microservices';
import { firstValueFrom } from 'rxjs';
import { headers as natsHeaders } from '@nats-io/transport-node';
import { withHeaders } from '../../../../lib/transports/rpc/index.js';
import { isThere, urlOf, type Broker } from '../../../services/brokers.js';

export type Headers = Readonly<Record<string, string>>;

/** Names of messages belong to this run alone, for brokers are shared. */
const RUN = randomUUID().slice(0, 8);

/** What a message is called, on every transport. */
export function named(name: string): string {
  return `${RUN}-${name}`;
}

/** Where headers are on transports that have none. */
export const PAYLOAD_HEADERS = 'meta.headers';

/** Something that brings messages, and how headers are sent by it. */
export interface Carrier {
  readonly name: string;
  readonly broker?: Broker;
  /** Nest's client of MQTT loses answers of calls that overlap: each is then made by one of its own. */
  readonly isOneByOne?: boolean;
  /** @param queue Where the carrier has such: one for each server. */
  readonly options: (queue: string, port: number) => MicroserviceOptions;
  readonly message: (data: object, headers: Headers) => unknown;
}

const inPayload = (data: object, headers: Headers): unknown =>
  withHeaders(data, headers, PAYLOAD_HEADERS);

const redis = new URL(urlOf('Redis'));

export const TCP: Carrier = {
  name: 'TCP',
  options: (_queue, port) => ({ transport: Transport.TCP, options: { host: '127.0.0.1', port } }),
  message: inPayload,
};

/** All that Nest brings, but Kafka, and gRPC, whose handlers are others. */
const CARRIERS: readonly Carrier[] = [
  TCP,
  {
    name: 'Redis',
    broker: 'Redis',
    options: () => ({
      transport: Transport.REDIS,
      options: { host: redis.hostname, port: Number(redis.port) },
    }),
    message: inPayload,
  },
  {
    name: 'NATS',
    broker: 'NATS',
    options: () => ({ transport: Transport.NATS, options: { servers: [urlOf('NATS')] } }),
    message: (data, headers) =>
      withHeaders(new NatsRecordBuilder(data).setHeaders(natsHeaders()).build(), headers),
  },
  {
    name: 'RabbitMQ',
    broker: 'RabbitMQ',
    options: (queue) => ({
      transport: Transport.RMQ,
      options: {
        urls: [urlOf('RabbitMQ')],
        queue,
        queueOptions: { durable: false, autoDelete: true },
      },
    }),
    message: (data, headers) => withHeaders(new RmqRecordBuilder(data).build(), headers),
  },
  {
    name: 'MQTT',
    broker: 'MQTT',
    isOneByOne: true,
    options: () => ({
      transport: Transport.MQTT,
      options: { url: urlOf('MQTT'), protocolVersion: 5 },
    }),
    message: (data, headers) => withHeaders(new MqttRecordBuilder(data).build(), headers),
  },
];

/** Those whose brokers are there. */
export const reachable: readonly Carrier[] = (
  await Promise.all(
    CARRIERS.map(async (each) => ((each.broker ? await isThere(each.broker) : true) ? [each] : [])),
  )
).flat();

/** An application that is reached by messages, and a client of it. */
export interface Reached {
  readonly app: INestApplication | INestMicroservice;
  readonly client: ClientProxy;
  /** Sends a message, and gives its answer; it fails by whatever the client is given as the error. */
  readonly send: (name: string, message: unknown) => Promise<unknown>;
  readonly close: () => Promise<void>;
}

/** Starts an application that is reached by HTTP as well. */
export async function startHybrid(
  carrier: Carrier,
  root: Type,
  hybrid: NestHybridApplicationOptions = {},
): Promise<Reached> {
  const options = carrier.options(named(randomUUID()), await freePort());
  const app = await NestFactory.create(root, { logger: false, abortOnError: false });
  app.connectMicroservice(options, hybrid);
  await app.startAllMicroservices();
  await app.listen(0, '127.0.0.1');
  return reached(app, carrier, options);
}

/** Starts one that is reached by nothing else. */
export async function startAlone(carrier: Carrier, root: Type): Promise<Reached> {
  const options = carrier.options(named(randomUUID()), await freePort());
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(root, {
    ...options,
    logger: false,
    abortOnError: false,
  });
  await app.listen();
  return reached(app, carrier, options);
}

async function reached(
  app: INestApplication | INestMicroservice,
  { isOneByOne = false }: Carrier,
  options: MicroserviceOptions,
): Promise<Reached> {
  const client = await connected(options);
  const send = async (name: string, message: unknown): Promise<unknown> => {
    const sender = isOneByOne ? await connected(options) : client;
    try {
      return await firstValueFrom(sender.send<unknown>(named(name), message));
    } finally {
      if (sender !== client) await sender.close();
    }
  };
  const close = async (): Promise<void> => {
    await client.close();
    await app.close();
  };
  return { app, client, send, close };
}

async function connected(options: MicroserviceOptions): Promise<ClientProxy> {
  const client: ClientProxy = ClientProxyFactory.create(options as never) as never;
  await client.connect();
  return client;
}

/** An application that is reached by gRPC. */
export interface ReachedByGrpc {
  readonly app: INestApplication;
  readonly client: ClientGrpc;
  readonly close: () => Promise<void>;
}

export async function startGrpc(root: Type): Promise<ReachedByGrpc> {
  const options = {
    url: `127.0.0.1:${String(await freePort())}`,
    package: 'cases',
    protoPath: fileURLToPath(new URL('cases.proto', import.meta.url)),
  };
  const app = await NestFactory.create(root, { logger: false, abortOnError: false });
  app.connectMicroservice<MicroserviceOptions>({ transport: Transport.GRPC, options });
  await app.startAllMicroservices();
  await app.init();
  const client = ClientProxyFactory.create({ transport: Transport.GRPC, options });
  const close = async (): Promise<void> => {
    (client as unknown as ClientProxy).close();
    await app.close();
  };
  return { app, client, close };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
