import { Body, Controller, Get, Inject, Post } from '@nestjs/common';
import { CurrentUser, OrgId, Scopes } from 'nestjs-portcullis';
import { OrdersService, type Order } from './orders.service.js';

/** `@OrgId()` refuses a caller without an organization, so no query runs without its tenant. */
@Controller('orders')
@Scopes('orders:read')
export class OrdersController {
  constructor(@Inject(OrdersService) private readonly orders: OrdersService) {}

  @Get()
  list(@OrgId() organizationId: string): readonly Order[] {
    return this.orders.of(organizationId);
  }

  /** The closest declaration wins: here `orders:write` is needed, and `orders:read` is not. */
  @Scopes('orders:write')
  @Post()
  place(
    @OrgId() organizationId: string,
    @CurrentUser('subject') placedBy: string,
    @Body() body: { item?: unknown },
  ): Order {
    return this.orders.place(organizationId, { item: String(body.item), placedBy });
  }
}
