// A process that serves a gateway of socket.io, guarded or not, and answers the bench's questions.
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { AuthModule, Roles } from '../../dist/index.js';
import { webSockets } from '../../dist/transports/ws/index.js';

const { isGuarded, issuer } = JSON.parse(process.argv[2]);

// Whatever becomes of the bench, nothing of it is left running.
process.on('disconnect', () => process.exit());

class OrdersGateway {
  read() {
    return { id: 'order-1', status: 'paid', total: 42 };
  }
}
const read = Object.getOwnPropertyDescriptor(OrdersGateway.prototype, 'read');
SubscribeMessage('orders')(OrdersGateway.prototype, 'read', read);
WebSocketGateway()(OrdersGateway);
if (isGuarded) Roles('reader')(OrdersGateway);

class AppModule {}
const auth = () =>
  AuthModule.forRoot({
    issuers: [{ issuer: issuer.issuer, audience: issuer.audience }],
    transports: [webSockets()],
  });
Module({ imports: isGuarded ? [auth()] : [], providers: [OrdersGateway] })(AppModule);

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send({ answer: user + system });
});

const application = await NestFactory.create(AppModule, { logger: false });
await application.listen(0, '127.0.0.1');
process.send({ port: application.getHttpServer().address().port });
