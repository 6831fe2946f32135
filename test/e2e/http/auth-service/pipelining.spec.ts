import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  Controller,
  Get,
  Module,
  Post,
  type MiddlewareConsumer,
  type NestModule,
} from '@nestjs/common';
import { AuthService } from '../../../../lib/index.js';
import { TestIssuer } from '../../../../lib/testing/index.js';
import { start } from '../application.js';
import { rawExchange } from '../raw-request.js';

@Controller()
class Api {
  constructor(private readonly auth: AuthService) {}

  @Get('big')
  async big(): Promise<string> {
    await sleep(20);
    return `${this.auth.principal().subject} ${'x'.repeat(1_000_000)}`;
  }

  @Post('whoami')
  whoami(): object {
    return { subject: this.auth.principal().subject };
  }
}

/** Reads the body by its events, as middleware does that knows nothing of contexts. */
@Module({})
class EventReader implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    const read = (request: IncomingMessage, _: ServerResponse, next: () => void): void => {
      request.on('data', () => undefined);
      request.on('end', next);
    };
    consumer.apply(read).forRoutes('whoami');
  }
}

it("T5: a request that is sent behind others, on one connection, is nobody else's", async () => {
  const issuer = await TestIssuer.start({ algorithms: ['ES256'] });
  const api = await start('express', {
    imports: [EventReader],
    controllers: [Api],
    auth: { issuers: [issuer.options()] },
  });
  const head = async (sub: string): Promise<string> =>
    `Host: localhost\r\nAuthorization: Bearer ${await issuer.token({ sub })}\r\n`;
  const [ann, bob] = [await head('ann'), await head('bob')];
  const body = 'y'.repeat(200_000);
  const text = await rawExchange(
    api.port,
    `GET /big HTTP/1.1\r\n${ann}\r\n`.repeat(3) +
      `POST /whoami HTTP/1.1\r\n${bob}Content-Type: text/plain\r\nContent-Length: 200000\r\n\r\n${body}`.repeat(
        3,
      ) +
      `GET /big HTTP/1.1\r\n${ann}Connection: close\r\n\r\n`,
  );
  expect(text.match(/HTTP\/1\.1 [25]0\d/g)).toHaveLength(7);
  // Whoever reads so may lose the context: then nobody is known.
  expect(text).not.toContain('{"subject":"ann"');
  await Promise.all([api.close(), issuer.close()]);
});
