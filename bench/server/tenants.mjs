// A process that serves an application whose tenants are looked up; the parent says which they are.
import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AuthModule, DynamicIssuers } from '../../dist/index.js';

const tenants = JSON.parse(process.argv[2]);

// Whatever becomes of the bench, nothing of it is left running.
process.on('disconnect', () => process.exit());

class OrdersController {
  read() {
    return { id: 'order-1' };
  }
}
const read = Object.getOwnPropertyDescriptor(OrdersController.prototype, 'read');
Get()(OrdersController.prototype, 'read', read);
Controller('orders')(OrdersController);

class AppModule {}
const resolve = async (issuer) => tenants[issuer];
const dynamicIssuers = { resolve, internalHosts: ['127.0.0.1'] };
Module({
  imports: [AuthModule.forRoot({ dynamicIssuers })],
  controllers: [OrdersController],
})(AppModule);

const application = await NestFactory.create(AppModule, { logger: false });
await application.listen(0, '127.0.0.1');
// Longer than any pause between two rounds: a connection that is reused must not just be closing.
application.getHttpServer().keepAliveTimeout = 60_000;

process.on('message', (issuer) => {
  application.get(DynamicIssuers).forget(issuer);
  process.send({ forgotten: issuer });
});
process.send({ port: application.getHttpServer().address().port });
