import { Injectable } from '@nestjs/common';
import { AuthService } from '../../lib/index.js';
import type { Sender } from './sender.js';

/** What was seen of the context, all requests together. */
export interface Testimony {
  /** How often somebody looked, by where. */
  readonly places: Readonly<Record<string, number>>;
  /** How often after the client had gone. */
  readonly afterAbort: number;
  /** How often nobody was there, in places where that is allowed. */
  readonly nobody: number;
  /** What was not as it must be: at most some of them. */
  readonly mistakes: readonly string[];
}

/** More of them say no more. */
const MAX_MISTAKES = 20;

/** Looks who is calling, and holds it against who sent the request. */
@Injectable()
export class Witness {
  readonly #places: Record<string, number> = {};
  readonly #mistakes: string[] = [];
  #afterAbort = 0;
  #nobody = 0;
  #underWay = 0;

  constructor(private readonly auth: AuthService) {}

  /** The sender's context must be at hand. */
  see(place: string, sender: Sender): void {
    this.#count(place, sender);
    const { subject, requestId } = sender;
    if (this.#isAtHand(sender)) return;
    this.#note(`${place}: ${subject} ${requestId} saw ${this.#seen() ?? 'nobody'}`);
  }

  /** In a listener of somebody else's events, the sender's context or none, but never another's. */
  seeAtMost(place: string, sender: Sender): void {
    if (this.#seen() === undefined) {
      this.#places[place] = (this.#places[place] ?? 0) + 1;
      this.#nobody += 1;
    } else this.see(place, sender);
  }

  /** What the client is told, from the context alone. Where that is lost, it says so and does not fail. */
  answer(): { readonly subject: string; readonly requestId: string } {
    const principal = this.auth.tryPrincipal();
    if (!principal) return { subject: 'nobody', requestId: 'none' };
    return { subject: principal.subject, requestId: this.auth.requestId() };
  }

  /** Something begins that goes on whatever becomes of the answer. */
  begin(): () => void {
    this.#underWay += 1;
    return () => {
      this.#underWay -= 1;
    };
  }

  get isIdle(): boolean {
    return this.#underWay === 0;
  }

  /** What a client was told that it must not have been. */
  note(mistake: string): void {
    this.#note(mistake);
  }

  get testimony(): Testimony {
    return {
      places: this.#places,
      afterAbort: this.#afterAbort,
      nobody: this.#nobody,
      mistakes: this.#mistakes,
    };
  }

  #isAtHand({ subject, requestId, request }: Sender): boolean {
    const principal = this.auth.tryPrincipal();
    if (principal?.subject !== subject) return false;
    const { value } = this.auth.credentials();
    return this.auth.requestId() === requestId && request.headers.authorization?.slice(7) === value;
  }

  #seen(): string | undefined {
    const principal = this.auth.tryPrincipal();
    return principal && `${principal.subject} ${this.auth.requestId()}`;
  }

  #count(place: string, { request }: Sender): void {
    this.#places[place] = (this.#places[place] ?? 0) + 1;
    if (request.socket.destroyed) this.#afterAbort += 1;
  }

  #note(mistake: string): void {
    if (this.#mistakes.length < MAX_MISTAKES) this.#mistakes.push(mistake);
  }
}
