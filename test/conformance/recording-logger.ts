import type { LoggerService } from '@nestjs/common';
import { printed } from './leak-scan.js';

/** Records every line, at every level. */
export class RecordingLogger implements LoggerService {
  readonly lines: string[] = [];
  readonly #record = (...parts: unknown[]): void => {
    this.lines.push(
      parts.map((part) => (typeof part === 'string' ? part : printed(part))).join(' '),
    );
  };
  readonly log = this.#record;
  readonly error = this.#record;
  readonly warn = this.#record;
  readonly debug = this.#record;
  readonly verbose = this.#record;
  readonly fatal = this.#record;
}
