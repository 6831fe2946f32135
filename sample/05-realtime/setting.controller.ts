import { Controller, Get } from '@nestjs/common';
import { Public } from 'nestjs-portcullis';

/** What the page must know to begin. */
export class Setting {
  constructor(
    readonly issuer: string,
    readonly clientId: string,
    readonly hasNats: boolean,
  ) {}
}

@Controller('setting')
export class SettingController {
  constructor(private readonly setting: Setting) {}

  /** Before anybody has signed in. */
  @Public()
  @Get()
  read(): Setting {
    return this.setting;
  }
}
