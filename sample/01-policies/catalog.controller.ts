import { Controller, Get } from '@nestjs/common';
import { CurrentUser, OptionalAuth, type Principal } from 'nestjs-portcullis';

@Controller('catalog')
export class CatalogController {
  /** Whoever is known is greeted; everybody else sees it all the same. */
  @Get()
  @OptionalAuth({ onInvalid: 'anonymous' })
  greet(@CurrentUser() user: Principal): object {
    return user.kind === 'anonymous' ? { status: user.status } : { hello: user.subject };
  }
}
