import { Controller, Get, Inject } from '@nestjs/common';
import { Roles } from 'nestjs-portcullis';
import { OrdersService, type Order } from './orders.service.js';

@Controller('admin')
@Roles('admin')
export class AdminController {
  constructor(@Inject(OrdersService) private readonly orders: OrdersService) {}

  @Get('orders')
  everyOrder(): readonly Order[] {
    return this.orders.all();
  }
}
