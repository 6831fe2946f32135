import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { authOptionsFromEnv, type IdentityProvider } from '../../lib/index.js';
import { ADAPTERS } from '../e2e/http/application.js';
import { blocksIn, PAGES, textOf } from './page.js';
import { serve, Signer, type ServedApi } from './served.js';

/** As data; of one audience, a list is the same. */
function spelt(providers: readonly IdentityProvider[]): unknown {
  const all = providers.flatMap(({ issuers }) => issuers);
  return JSON.parse(
    JSON.stringify(all.map((each) => ({ ...each, audience: [each.audience].flat() }))),
  );
}

describe('the page of a provider', () => {
  it('there is one for each', () => {
    expect(PAGES).toHaveLength(16);
    const index = textOf('README');
    for (const { name } of PAGES) expect(index).toContain(`(${name}.md)`);
  });

  it('says what was not verified, and two mistakes', () => {
    for (const { name } of PAGES) {
      const [, mistakes = '', unverified = ''] =
        /^## Two mistakes\n(.*)^## Not verified\n(.*)/ms.exec(textOf(name)) ?? [];
      expect([name, mistakes.match(/^- /gm)?.length]).toEqual([name, 2]);
      expect(unverified).toMatch(/^- /m);
    }
  });

  it('the index says of each variable what is done with it', () => {
    const rows =
      textOf('README')
        .match(/^\| `AUTH_.*$/gm)
        ?.join('\n') ?? '';
    for (const variable of new Set(PAGES.flatMap(({ env = {} }) => Object.keys(env)))) {
      const isCommon = ['AUTH_PROVIDER', 'AUTH_AUDIENCE'].includes(variable);
      expect(isCommon || rows.includes(`\`${variable}\``)).toBe(true);
    }
  });

  it.each(PAGES.filter(({ env }) => env))('$name: the environment says the same', (page) => {
    const { issuers } = authOptionsFromEnv(page.env);
    expect(spelt(issuers as readonly IdentityProvider[])).toEqual(spelt([page.provider]));
  });

  it('its code compiles', () => {
    const root = fileURLToPath(new URL('../../', import.meta.url));
    const file = `${root}test/providers/of-the-pages.ts`;
    const texts = [...PAGES.map(({ code: text }) => text), ...blocksIn(textOf('README'), 'ts')];
    const code = texts.map((text) => text.replace(/^import .*$/m, '')).join('\n');
    const names = ['AuthModule', ...PAGES.map(({ name }) => name.replace('-a', 'A'))];
    const source = `import { ${names.join(', ')} } from '../../lib/index.js';\nimport { TestIssuer } from '../../lib/testing/index.js';\n${code}`;
    const read = ts.readConfigFile(`${root}tsconfig.json`, (name) => ts.sys.readFile(name));
    const { options } = ts.parseJsonConfigFileContent(read.config, ts.sys, root);
    const host = ts.createCompilerHost(options);
    const [readFile, fileExists] = [host.readFile.bind(host), host.fileExists.bind(host)];
    host.readFile = (name) => (name === file ? source : readFile(name));
    host.fileExists = (name) => name === file || fileExists(name);
    const program = ts.createProgram([file], options, host);
    const found = ts.getPreEmitDiagnostics(program, program.getSourceFile(file));
    expect(found.map(({ messageText }) => messageText)).toEqual([]);
  });
});

describe.each(ADAPTERS)('the token on the page of a provider, on %s', (adapter) => {
  let signer: Signer;
  let api: ServedApi;

  beforeAll(async () => {
    signer = await Signer.generate();
    const issuers = PAGES.map(({ provider, token }) => signer.stands(provider, token.header.alg));
    api = await serve(adapter, issuers);
  });

  afterAll(() => api.close());

  it.each(PAGES)('A25: $name', async ({ token, principal }) => {
    const verdict = await api.ask(await signer.sign(token));
    expect(verdict).toEqual({ status: 200, principal, reason: undefined });
  });
});
