import { Injectable } from '@nestjs/common';

export interface Order {
  readonly number: number;
  readonly item: string;
  readonly placedBy: string;
}

/** Orders in memory, each organization's apart from the others'. */
@Injectable()
export class OrdersService {
  readonly #orders = new Map<string, Order[]>([
    ['acme', [{ number: 1, item: 'anvil', placedBy: 'wile' }]],
  ]);

  of(organizationId: string): readonly Order[] {
    return this.#orders.get(organizationId) ?? [];
  }

  all(): readonly Order[] {
    return [...this.#orders.values()].flat();
  }

  place(organizationId: string, order: Omit<Order, 'number'>): Order {
    const placed = { number: this.all().length + 1, ...order };
    this.#orders.set(organizationId, [...this.of(organizationId), placed]);
    return placed;
  }
}
