/** What somebody owes. */
export interface Invoice {
  readonly id: number;
  readonly owner: string;
  readonly total: number;
}

export const INVOICES: readonly Invoice[] = [
  { id: 1, owner: 'ann', total: 120 },
  { id: 2, owner: 'bob', total: 70 },
  { id: 3, owner: 'eve', total: 45 },
];
