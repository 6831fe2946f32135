import { Controller, Module } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import { AuthModule } from '../../lib/index.js';
import { MessageScopeInterceptor } from '../../lib/guards/message-scope.interceptor.js';
import { MessageGuard } from '../../lib/guards/message.guard.js';
import { microservices } from '../../lib/transports/rpc/index.js';
import { create } from '../e2e/http/application.js';

const originals: object[] = [];

/** A decorator that puts something else in the place of a class. */
const proxied: ClassDecorator = (target) => {
  originals.push(target);
  return new Proxy(target, {});
};

@Controller()
@proxied
class Proxied {
  @MessagePattern('answer')
  answer(): void {
    // Nobody asks.
  }
}

const issuers = [{ issuer: 'https://issuer.example/', audience: 'api://test' }];

it('the class of the instance has the guard as well as the one that is registered: which of them Nest reads depends on its version', async () => {
  @Module({
    imports: [AuthModule.forRoot({ issuers, transports: [microservices()] })],
    controllers: [Proxied],
  })
  class Root {}
  const app = await create('express', Root);
  await app.init();
  await app.close();
  const keys = ['__guards__', '__interceptors__'];
  const found = [Proxied, ...originals].map((target) =>
    keys.map((key) => Reflect.getOwnMetadata(key, target) as unknown),
  );
  expect(found).toEqual([
    [[MessageGuard], [MessageScopeInterceptor]],
    [[MessageGuard], [MessageScopeInterceptor]],
  ]);
});
