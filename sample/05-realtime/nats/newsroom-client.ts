import { HttpException, Injectable, ServiceUnavailableException } from '@nestjs/common';
import { ClientProxyFactory, NatsRecordBuilder, type ClientProxy } from '@nestjs/microservices';
import { headers as natsHeaders } from '@nats-io/transport-node';
import { AuthService, type PublicRefusal } from 'nestjs-portcullis';
import { withHeaders } from 'nestjs-portcullis/rpc';
import { lastValueFrom } from 'rxjs';
import { isNatsThere, NATS } from './nats.js';

/** Sends messages as the caller of the moment: their token goes along, in a header of the message. */
@Injectable()
export class NewsroomClient {
  #client: ClientProxy | undefined;

  constructor(private readonly auth: AuthService) {}

  async send(subject: string, data: object): Promise<unknown> {
    const client = await this.#connected();
    const record = new NatsRecordBuilder(data).setHeaders(natsHeaders()).build();
    const headers = await this.auth.messageHeaders('newsroom', { as: 'user' });
    try {
      return await lastValueFrom(client.send<unknown>(subject, withHeaders(record, headers)));
    } catch (refusal) {
      throw httpExceptionOf(refusal);
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#client?.close();
  }

  async #connected(): Promise<ClientProxy> {
    if (!(await isNatsThere())) throw new ServiceUnavailableException('There is no NATS');
    this.#client ??= ClientProxyFactory.create(NATS);
    return this.#client;
  }
}

/** What a handler of messages answered, for a client of HTTP. */
function httpExceptionOf(refusal: unknown): HttpException {
  const { statusCode, ...body } = refusal as Partial<PublicRefusal>;
  if (statusCode === undefined) return new ServiceUnavailableException();
  return new HttpException({ statusCode, ...body }, statusCode);
}
