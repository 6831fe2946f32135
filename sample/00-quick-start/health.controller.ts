import { Controller, Get } from '@nestjs/common';
import { Public } from 'nestjs-portcullis';

@Controller('health')
export class HealthController {
  /** Whoever monitors the service has no token, and must not depend on the issuer being up. */
  @Public()
  @Get()
  status(): { status: string } {
    return { status: 'ok' };
  }
}
