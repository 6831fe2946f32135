import { Body, Controller, Get, Post } from '@nestjs/common';
import { Accepts, CurrentPrincipal, OrgId, Scopes, type Principal } from 'nestjs-portcullis';

interface Invoice {
  readonly organizationId: string;
  readonly total: number;
  readonly writtenBy: string;
}

/** What all three kinds of callers may read. */
@Controller('invoices')
@Accepts('session', 'apiKey', 'service')
@Scopes('invoices:read')
export class InvoicesController {
  readonly #invoices: Invoice[] = [
    { organizationId: 'acme', total: 120, writtenBy: 'ann' },
    { organizationId: 'umbrella', total: 666, writtenBy: 'mallory' },
  ];

  @Get()
  list(@OrgId() organizationId: string): readonly Invoice[] {
    return this.#invoices.filter((each) => each.organizationId === organizationId);
  }

  /** No partner writes here, whatever its token says: `service` is not named. */
  @Post()
  @Accepts('session', 'apiKey')
  @Scopes('invoices:write')
  write(
    @OrgId() organizationId: string,
    @CurrentPrincipal() { subject: writtenBy }: Principal,
    @Body() { total }: { readonly total?: unknown },
  ): Invoice {
    const invoice = { organizationId, total: Number(total), writtenBy };
    this.#invoices.push(invoice);
    return invoice;
  }
}
