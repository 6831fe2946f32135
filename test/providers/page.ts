import { readdirSync, readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import * as portcullis from '../../lib/index.js';
import type { AuthModuleOptions, IdentityProvider } from '../../lib/index.js';

const FOLDER = new URL('../../docs/providers/', import.meta.url);

/** What the page of a provider shows. */
export interface ProviderPage {
  readonly name: string;
  /** The lines of code. */
  readonly code: string;
  /** The lines of the environment, where it can be described so. */
  readonly env: Readonly<Record<string, string>> | undefined;
  /** What is made of the code. */
  readonly provider: IdentityProvider;
  readonly token: ShownToken;
  /** The principal that the handler sees. */
  readonly principal: object;
}

export interface ShownToken {
  readonly header: { readonly alg: string } & Readonly<Record<string, unknown>>;
  readonly payload: Readonly<Record<string, unknown>>;
  /** How long ago it was issued. Default: just now. */
  readonly ageSeconds?: number;
}

/** Of other things than one preset, or of presets with tests of their own. */
const OTHERS = ['README.md', 'axioms.md', 'clerk.md', 'tesseral.md'];

/** The pages that show a token, and what is made of it. */
export const PAGES: readonly ProviderPage[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.md') && !OTHERS.includes(file))
  .map((file) => read(file.replace(/\.md$/, '')));

export function pageOf(name: string): ProviderPage {
  const page = PAGES.find((each) => each.name === name);
  if (!page) throw new RangeError(`There is no page ${name}`);
  return page;
}

/** The text of a page. */
export function textOf(name: string): string {
  return readFileSync(new URL(`${name}.md`, FOLDER), 'utf8');
}

/** Its blocks in a language, in their order. */
export function blocksIn(text: string, language: string): readonly string[] {
  const fence = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms');
  return [...text.matchAll(fence)].map(([, block = '']) => block);
}

/** The variables of a block. */
export function variablesOf(block: string): Readonly<Record<string, string>> {
  const lines = block.split('\n').filter((line) => line !== '');
  return Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2))) as Readonly<
    Record<string, string>
  >;
}

function read(name: string): ProviderPage {
  const text = textOf(name);
  const [code = ''] = blocksIn(text, 'ts');
  const [env] = blocksIn(text, 'sh');
  const [token = '', principal = ''] = blocksIn(text, 'json');
  return {
    name,
    code,
    env: env === undefined ? undefined : variablesOf(env),
    provider: run(code),
    token: JSON.parse(token) as ShownToken,
    principal: JSON.parse(principal) as object,
  };
}

/** Runs the code of a page, and takes hold of the options in it. */
function run(code: string): IdentityProvider {
  const given: AuthModuleOptions[] = [];
  const AuthModule = { forRoot: (options: AuthModuleOptions) => given.push(options) };
  runInNewContext(code.replace(/^import .*$/m, ''), { ...portcullis, AuthModule });
  const [provider] = given[0]?.issuers ?? [];
  return provider as IdentityProvider;
}
