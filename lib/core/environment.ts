import { readFileSync } from 'node:fs';
import { AuthConfigurationError } from './auth-configuration-error.js';

/** Environment variables: `process.env`, or something like it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * @returns The value, or the content of the file that `NAME_FILE` names; `undefined` for an empty one.
 * @throws {AuthConfigurationError} When both are given, or the file cannot be read.
 */
export function readVariable(env: Environment, name: string): string | undefined {
  const value = env[name]?.trim() ?? '';
  const file = env[`${name}_FILE`]?.trim() ?? '';
  if (value !== '' && file !== '') {
    throw new AuthConfigurationError(
      `${name}_FILE`,
      `is set beside ${name}`,
      'Remove one of the two, so that it is clear which one counts.',
    );
  }
  const found = file === '' ? value : contentOf(name, file);
  return found === '' ? undefined : found;
}

function contentOf(name: string, file: string): string {
  const content = textOf(file)?.trim();
  if (content) return content;
  throw new AuthConfigurationError(
    `${name}_FILE`,
    content === undefined
      ? 'names a file that cannot be read as text'
      : 'names a file that is empty',
    'Mount the file and let the process read it, or correct the path.',
  );
}

function textOf(file: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
  } catch {
    return;
  }
}
