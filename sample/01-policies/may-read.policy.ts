import { Injectable } from '@nestjs/common';
import type { Policy, PolicyRequest } from 'nestjs-portcullis';
import { Documents } from './documents.js';

/** A document is read within its organization. */
@Injectable()
export class MayRead implements Policy<{ id: unknown }> {
  constructor(private readonly documents: Documents) {}

  async allows({ principal, args, provide }: PolicyRequest<{ id: unknown }>): Promise<boolean> {
    const document = await this.documents.load(String(args.id));
    provide(document);
    return document !== undefined && document.organizationId === principal.organizationId;
  }
}
