import 'reflect-metadata';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Module, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { AuthModule } from 'nestjs-portcullis';
import type { TargetConfig } from './config.js';
import { FixtureController } from './fixture.controller.js';
import { OutcomeHeader } from './outcome-header.js';

class TargetModule {}

/** Makes the application of the catalogue. It fails by an exception where it does not boot. */
export async function createTarget({ adapter, auth }: TargetConfig): Promise<INestApplication> {
  const outcome = new OutcomeHeader();
  Module({
    imports: [AuthModule.forRoot({ ...auth, onEvent: outcome.onEvent })],
    controllers: [FixtureController],
  })(TargetModule);
  // Standard output is for the address alone.
  const options = { logger: false, abortOnError: false } as const;
  const app = await NestFactory.create(
    TargetModule,
    adapter === 'express' ? new ExpressAdapter() : fastify(outcome),
    options,
  );
  if (adapter === 'express') {
    app.use((_request: IncomingMessage, response: ServerResponse, next: () => void) => {
      outcome.open(response, next);
    });
  }
  app.useGlobalInterceptors(outcome);
  return app;
}

function fastify(outcome: OutcomeHeader): FastifyAdapter {
  const adapter = new FastifyAdapter();
  adapter.getInstance().addHook('onRequest', (_request, reply, done) => {
    outcome.open(reply.raw, done);
  });
  return adapter;
}
