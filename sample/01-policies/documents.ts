import { Injectable } from '@nestjs/common';
import type { ResourceLoader } from 'nestjs-portcullis';

export interface Document {
  readonly id: string;
  readonly organizationId: string;
  readonly ownerId: string;
  readonly title: string;
}

/** The repository; in memory, so that the sample needs no database. */
@Injectable()
export class Documents implements ResourceLoader {
  readonly #documents = new Map<string, Document>(
    [
      { id: '1', organizationId: 'acme', ownerId: 'ann', title: 'Plans' },
      { id: '2', organizationId: 'acme', ownerId: 'bob', title: 'Figures' },
      { id: '3', organizationId: 'umbrella', ownerId: 'eve', title: 'Secrets' },
    ].map((each) => [each.id, each]),
  );

  load(id: string): Promise<Document | undefined> {
    return Promise.resolve(this.#documents.get(id));
  }

  of(organizationId: string): readonly Document[] {
    return [...this.#documents.values()].filter((each) => each.organizationId === organizationId);
  }

  rename(document: Document, title: string): Document {
    const renamed = { ...document, title };
    this.#documents.set(document.id, renamed);
    return renamed;
  }

  remove({ id }: Document): void {
    this.#documents.delete(id);
  }
}
