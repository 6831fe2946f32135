import { Controller, Get, Injectable } from '@nestjs/common';
import {
  Accepts,
  apiKey,
  jwt,
  opaqueToken,
  Public,
  type AuthModuleOptions,
} from '../../lib/index.js';
import { start } from '../e2e/http/application.js';

const issuers = [{ issuer: 'https://login.test/', audience: 'api' }];
const resolve = (): null => null;

@Injectable()
class Somewhere {
  resolve(): null {
    return null;
  }
}

const handling = (decorate: MethodDecorator): new () => object => {
  @Controller()
  class Api {
    @decorate
    @Get()
    get(): object {
      return {};
    }
  }
  return Api;
};

describe('what handlers accept', () => {
  it.each<
    [
      problem: string,
      credentials: AuthModuleOptions['credentials'],
      accepts: MethodDecorator,
      message: RegExp,
    ]
  >([
    [
      'a kind that is not configured',
      [],
      Accepts('apiKey'),
      /^@Accepts on Api\.get names "apiKey", which is no kind of credential here\. Name one of jwt, service, or add it/,
    ],
    ['service together with others', [], Accepts.all('service', 'jwt'), /names "service"/],
    [
      'two kinds of JWT',
      [jwt({ kind: 'r', issuer: 'https://a.test/', audience: 'x' })],
      Accepts('jwt', 'r'),
      /names kinds that nobody can tell apart, or present together\. Give each kind/,
    ],
    [
      'two in one place together',
      [opaqueToken({ prefix: 'p_', resolve })],
      Accepts.all('jwt', 'opaqueToken'),
      /names kinds that nobody can tell apart, or present together/,
    ],
  ])('%s does not boot', async (_, credentials, accepts, message) => {
    const auth = { issuers, credentials: credentials ?? [] };
    await expect(start('express', { auth, controllers: [handling(accepts)] })).rejects.toThrow(
      message,
    );
  });

  it.each<[problem: string, declare: () => unknown, message: RegExp]>([
    ['nothing', () => handling(Accepts()), /^@Accepts on Api\.get names nothing\. Name the kinds/],
    ['what is no name', () => handling(Accepts(1 as never)), /names what is no kind/],
    ['a name twice', () => handling(Accepts('jwt', 'jwt')), /names a kind twice/],
    [
      'a second one',
      () =>
        handling(((target: object, key: string, descriptor: PropertyDescriptor) => {
          Accepts('jwt')(target, key, descriptor);
          Accepts('apiKey')(target, key, descriptor);
        }) as MethodDecorator),
      /stands beside another one/,
    ],
    [
      'beside @Public',
      () =>
        handling(((target: object, key: string, descriptor: PropertyDescriptor) => {
          Accepts('jwt')(target, key, descriptor);
          Public()(target, key, descriptor);
        }) as MethodDecorator),
      /contradicts the requirement/,
    ],
  ])('%s is refused where it is declared', (_, declare, message) => {
    expect(declare).toThrow(message);
  });

  it.each<[option: string, auth: AuthModuleOptions, message: RegExp]>([
    [
      'credentials',
      { issuers, credentials: [apiKey({ resolve: Somewhere })] },
      /^credentials: apiKey requires Somewhere, which no module provides/,
    ],
    [
      'principal.load',
      {
        issuers,
        principal: {
          load: class Users {
            load(): null {
              return null;
            }
          },
        },
      },
      /^principal\.load requires Users, which no module provides/,
    ],
    [
      'revocation',
      {
        issuers,
        revocation: class List {
          isRevoked(): boolean {
            return false;
          }
        },
      },
      /^revocation requires List, which no module provides/,
    ],
  ])('%s: a class that no module provides does not boot', async (_, auth, message) => {
    await expect(start('express', { auth })).rejects.toThrow(message);
  });
});
