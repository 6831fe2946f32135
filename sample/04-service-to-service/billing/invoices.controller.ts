import { Controller, Get, NotFoundException, Param, ParseIntPipe } from '@nestjs/common';
import { CurrentUser, Scopes, type Principal } from 'nestjs-portcullis';
import { actorsOf } from './actors-of.js';
import { INVOICES } from './invoices.js';

/** Users' own invoices, whoever asks in their name. */
@Scopes('invoices:read')
@Controller('invoices')
export class InvoicesController {
  @Get(':id')
  find(@Param('id', ParseIntPipe) id: number, @CurrentUser() user: Principal): object {
    const invoice = INVOICES.find((each) => each.id === id && each.owner === user.subject);
    if (!invoice) throw new NotFoundException();
    return {
      total: invoice.total,
      user: user.claims['name'],
      calledBy: user.actor?.subject,
      actors: actorsOf(user),
    };
  }
}
