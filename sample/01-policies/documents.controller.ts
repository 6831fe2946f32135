import { Body, Controller, Delete, Get, HttpCode, Patch } from '@nestjs/common';
import { anyOf, arg, Authorize, hasRole, owner, allOf, policy, Resource } from 'nestjs-portcullis';
import { Documents, type Document } from './documents.js';
import { MayRead } from './may-read.policy.js';

const ID = { id: arg('params.id') };

/** To whom a document is not shown, it does not exist: 404. */
@Controller('documents/:id')
@Authorize(MayRead, ID, { hide: true })
export class DocumentsController {
  constructor(private readonly documents: Documents) {}

  @Get()
  read(@Resource() document: Document): Document {
    return document;
  }

  /** On a handler, @Authorize replaces that of the class: what still holds is said again. */
  @Patch()
  @Authorize(policy(MayRead, ID), { hide: true })
  @Authorize(anyOf(hasRole('editor'), owner({ load: Documents })))
  rename(
    @Resource() document: Document,
    @Body() { title }: { readonly title?: unknown },
  ): Document {
    return this.documents.rename(document, String(title));
  }

  @Delete()
  @HttpCode(204)
  @Authorize(allOf(policy(MayRead, ID), owner({ load: Documents })))
  remove(@Resource() document: Document): void {
    this.documents.remove(document);
  }
}
