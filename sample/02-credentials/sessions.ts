import { hash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Identity, IdentityResolver } from 'nestjs-portcullis';
import { Stores } from './stores.js';
import type { User } from './user.js';

export const SESSION_SECONDS = 8 * 3600;

/** Sessions of users. What is kept is found by a digest: who reads the store can open no session. */
@Injectable()
export class Sessions implements IdentityResolver {
  constructor(private readonly stores: Stores) {}

  /** @returns The id of a new session: 256 random bits. */
  async open({ id: subject, organizationId }: User): Promise<string> {
    const id = randomBytes(32).toString('base64url');
    const identity: Identity = {
      subject,
      organizationId,
      // What our own pages may do in a user's name; what the user may, the roles say.
      scopes: ['invoices:read', 'invoices:write'],
      expiresAt: Math.floor(Date.now() / 1000) + SESSION_SECONDS,
    };
    await this.stores.values.set(keyOf(id), JSON.stringify(identity), SESSION_SECONDS);
    return id;
  }

  /** Only what was opened here is there, so it is an identity. */
  async resolve(id: string): Promise<Identity | undefined> {
    const kept = await this.stores.values.get(keyOf(id));
    return kept === undefined ? undefined : (JSON.parse(kept) as Identity);
  }

  async close(id: string): Promise<void> {
    await this.stores.values.delete(keyOf(id));
  }
}

function keyOf(id: string): string {
  return `session:${hash('sha256', id, 'base64url')}`;
}
