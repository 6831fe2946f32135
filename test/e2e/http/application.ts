import 'reflect-metadata';
import { Module, type INestApplication, type ModuleMetadata, type Type } from '@nestjs/common';
import { NestFactory, type AbstractHttpAdapter } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { AuthModule, type AuthModuleOptions } from '../../../lib/index.js';

/** The adapters every end-to-end test runs on. */
export const ADAPTERS = ['express', 'fastify'] as const;
export type Adapter = (typeof ADAPTERS)[number];

/** An application that listens. */
export interface RunningApplication {
  readonly app: INestApplication;
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** What an application is made of, beside `AuthModule`. */
export interface Parts extends ModuleMetadata {
  readonly auth: AuthModuleOptions;
  /** Done to the application before it listens. */
  readonly configure?: (app: INestApplication) => void;
}

/** Starts an application with `AuthModule.forRoot`, on a free port of 127.0.0.1. */
export async function start(adapter: Adapter, parts: Parts): Promise<RunningApplication> {
  const { auth, configure, imports = [], ...metadata } = parts;
  const root = moduleOf({ ...metadata, imports: [AuthModule.forRoot(auth), ...imports] });
  const app = await create(adapter, root);
  configure?.(app);
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  return { app, url, port: Number(new URL(url).port), close: () => app.close() };
}

/** A module without a class of its own. */
export function moduleOf(metadata: ModuleMetadata): Type {
  class RootModule {}
  Module(metadata)(RootModule);
  return RootModule;
}

/** Makes an application; it fails by an exception, as it would abort in production. */
export async function create(adapter: Adapter, root: Type): Promise<INestApplication> {
  const options = { logger: false, abortOnError: false } as const;
  return NestFactory.create(root, adapterOf(adapter), options);
}

function adapterOf(adapter: Adapter): AbstractHttpAdapter {
  return adapter === 'express' ? new ExpressAdapter() : new FastifyAdapter();
}

/** The parts of an answer that tests look at. */
export interface Answer {
  readonly status: number;
  readonly challenge: string | null;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

/** Asks for a path, with a bearer token unless it is `undefined`. */
export async function get(
  url: string,
  token?: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(url, { headers: { ...authorization, ...headers } });
  return {
    status: response.status,
    challenge: response.headers.get('www-authenticate'),
    headers: response.headers,
    body: parse(await response.text()),
  };
}

function parse(text: string): Record<string, unknown> {
  return (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
}
