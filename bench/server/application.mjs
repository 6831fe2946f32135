import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

const PLATFORMS = {
  express: async () => new (await import('@nestjs/platform-express')).ExpressAdapter(),
  fastify: async () => new (await import('@nestjs/platform-fastify')).FastifyAdapter(),
};

/**
 * The application that every contender protects: one route, which answers what never changes.
 *
 * @param contender Its name.
 * @param issuer `{ issuer, audience, jwksUri }`: whose tokens open the route, to whom has role `reader`.
 */
export async function createApplication(contender, adapter, issuer) {
  const { protect } = await import(`../contenders/${contender}.mjs`);
  const controller = ordersController();
  const { imports = [], providers = [], middleware = [] } = protect(controller, issuer);
  class AppModule {}
  Module({ imports, providers, controllers: [controller] })(AppModule);
  const application = await NestFactory.create(AppModule, await PLATFORMS[adapter](), {
    logger: false,
  });
  for (const each of middleware) application.use(each);
  return application;
}

/** Made anew for each application: decorators write on the class. */
function ordersController() {
  class OrdersController {
    read() {
      return { id: 'order-1', status: 'paid', total: 42 };
    }
  }
  const read = Object.getOwnPropertyDescriptor(OrdersController.prototype, 'read');
  Get()(OrdersController.prototype, 'read', read);
  Controller('orders')(OrdersController);
  return OrdersController;
}
