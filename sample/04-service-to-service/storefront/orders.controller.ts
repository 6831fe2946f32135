import { Controller, Get, NotFoundException, Param, ParseIntPipe } from '@nestjs/common';
import { Authenticated, CurrentUser, type Principal } from 'nestjs-portcullis';
import { BillingClient } from './billing-client.js';

const ORDERS = [
  { id: 1, owner: 'ann', item: 'kite', invoice: 1 },
  { id: 2, owner: 'bob', item: 'drum', invoice: 2 },
  { id: 3, owner: 'eve', item: 'lamp', invoice: 3 },
];

@Authenticated()
@Controller('orders')
export class OrdersController {
  constructor(private readonly billing: BillingClient) {}

  @Get(':id/invoice')
  async invoice(
    @Param('id', ParseIntPipe) id: number,
    @CurrentUser() { subject }: Principal,
  ): Promise<object> {
    const order = ORDERS.find((each) => each.id === id && each.owner === subject);
    if (!order) throw new NotFoundException();
    return { item: order.item, invoice: await this.billing.invoice(order.invoice) };
  }
}
