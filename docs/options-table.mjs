// Writes the options table of README.md from the comments of lib/module/options, so that the
// two cannot disagree. With --check it writes nothing and fails where they do.
import { readFileSync, writeFileSync } from 'node:fs';
import ts from 'typescript';

const SOURCES = [
  'module/options/auth-options.ts',
  'module/options/authorization-options.ts',
  'module/options/issuer-options.ts',
  'module/options/tenant-options.ts',
  'module/options/context-options.ts',
  'module/options/credential-options.ts',
  'module/options/dynamic-issuer-options.ts',
  'module/options/service-options.ts',
  'module/options/stream-options.ts',
  'module/options/request-log-options.ts',
  'principal/claim-map.ts',
  'principal/claim-source.ts',
].map((file) => new URL(`../lib/${file}`, import.meta.url));
const README = new URL('../README.md', import.meta.url);
const BEGIN = '<!-- options: written by npm run docs -->';
const END = '<!-- /options -->';

/** The interfaces to show, and what stands before their members; of several options, all in one row. */
const INTERFACES = {
  AuthModuleOptions: '',
  IssuerOptions: 'issuers[].',
  IssuerKeySetOptions: 'issuers[].keySet.',
  TokenUseOptions: ['issuers[].tokenUse.', 'issuers[].serviceUse.'],
  ClaimMap: 'issuers[].claims.',
  ClaimPlace: 'issuers[].claims.*.',
  ClaimUnion: 'issuers[].claims.*.',
  DynamicIssuerOptions: 'dynamicIssuers.',
  PrincipalOptions: 'principal.',
  TenantOptions: 'tenant.',
  RoleOptions: 'roles.',
  PolicyOptions: 'policies.',
  ReportOptions: 'report.',
  ContextOptions: 'context.',
  TrustedServiceOptions: 'context.trustedServices[].',
  StreamOptions: 'streams.',
  ServiceOptions: 'services.<name>.',
  RequestLogOptions: 'requestLog.',
  TokenCacheOptions: 'tokenCache.',
  KeySetOptions: 'keySets.',
  CookieOptions: 'cookie.',
  ErrorOptions: 'errors.',
};

const statements = SOURCES.flatMap((file) => {
  const text = readFileSync(file, 'utf8');
  return ts.createSourceFile(file.pathname, text, ts.ScriptTarget.Latest, true).statements;
});

const oneLine = (words) =>
  words
    .replaceAll(/^> \[!WARNING\]$/gm, '**Warning:**')
    .replaceAll(/^> /gm, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
const cell = (words) => oneLine(words).replaceAll('|', '\\|');

function tag(member, name) {
  const found = ts.getJSDocTags(member).find(({ tagName }) => tagName.text === name);
  // The words as written: a parser takes the first word behind @see for a name.
  return found
    ?.getText()
    .replace(/^@\w+/, '')
    .replaceAll(/^\s*\*/gm, '');
}

function row(prefixes, member, isOptional = Boolean(member.questionToken)) {
  const [comment] = ts.getJSDocCommentsAndTags(member);
  const description = comment ? ts.getTextOfJSDocComment(comment.comment) : undefined;
  if (!description) return [];
  const fallback = isOptional ? (tag(member, 'default') ?? 'none') : '**mandatory**';
  const see = tag(member, 'see');
  const meaning = cell(description) + (see ? ` (${cell(see)})` : '');
  const names = [prefixes].flat().map((prefix) => `\`${prefix}${member.name.text}\``);
  return [`| ${names.join(', ')} | ${meaning} | ${cell(fallback)} |`];
}

/** The members that come by `extends Partial<Pick<Other, 'a' | 'b'>>`. */
function inherited(node) {
  const parents = (node.heritageClauses ?? []).flatMap(({ types }) => [...types]);
  return parents.flatMap(({ expression, typeArguments }) => {
    const pick = typeArguments?.[0];
    if (expression.text !== 'Partial' || pick?.typeName?.text !== 'Pick') {
      throw new Error(`${node.name.text} extends what cannot be shown`);
    }
    const [other, names] = pick.typeArguments;
    const picked = names.types.map(({ literal }) => literal.text);
    const source = statements.find((each) => each.name?.text === other.typeName.text);
    return source.members.filter((member) => picked.includes(member.name.text));
  });
}

const rows = Object.entries(INTERFACES).flatMap(([name, prefixes]) => {
  const found = statements.filter(
    (node) => ts.isInterfaceDeclaration(node) && node.name.text === name,
  );
  if (found.length !== 1)
    throw new Error(`${name} is declared ${found.length} times in the sources`);
  const rows = found[0].members.flatMap((member) => row(prefixes, member));
  return [...rows, ...inherited(found[0]).flatMap((member) => row(prefixes, member, true))];
});

const table = ['| option | meaning | default |', '| --- | --- | --- |', ...rows].join('\n');
const readme = readFileSync(README, 'utf8');
const [before, rest] = readme.split(BEGIN);
const after = rest?.split(END)[1];
if (after === undefined) throw new Error(`README.md has no ${BEGIN} … ${END}`);
const written = `${before}${BEGIN}\n\n${table}\n\n${END}${after}`;

if (!process.argv.includes('--check')) writeFileSync(README, written);
else if (written !== readme) {
  console.error('The options table of README.md is out of date. Run npm run docs.');
  process.exitCode = 1;
}
