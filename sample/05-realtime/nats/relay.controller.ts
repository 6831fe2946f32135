import { Body, Controller, Delete, Param, Post } from '@nestjs/common';
import { Authenticated } from 'nestjs-portcullis';
import { SUBJECTS } from './nats.js';
import { NewsroomClient } from './newsroom-client.js';

/** A page cannot speak NATS, so it asks here. Who may what is decided where the message arrives. */
@Controller('nats/posts')
@Authenticated()
export class RelayController {
  constructor(private readonly newsroom: NewsroomClient) {}

  @Post()
  publish(@Body('text') text: unknown): Promise<unknown> {
    return this.newsroom.send(SUBJECTS.publish, { text });
  }

  @Delete(':id')
  retract(@Param('id') id: string): Promise<unknown> {
    return this.newsroom.send(SUBJECTS.retract, { id });
  }
}
