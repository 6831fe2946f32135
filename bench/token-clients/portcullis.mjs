import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AuthModule, AuthService } from '../../dist/index.js';

export async function createClient({ issuer, tokenEndpoint, clientId, clientSecret }) {
  class AppModule {}
  const imports = [
    AuthModule.forRoot({
      issuers: [{ issuer, audience: 'api://orders' }],
      services: { billing: { issuer, tokenEndpoint, clientId, clientSecret } },
    }),
  ];
  Module({ imports })(AppModule);
  const application = await NestFactory.createApplicationContext(AppModule, { logger: false });
  const auth = application.get(AuthService);
  return () => auth.serviceToken('billing');
}
