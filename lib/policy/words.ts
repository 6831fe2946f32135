import { isAuthorityRule, type AuthorityRule, type Rule } from './rule.js';

/** What a rule asks, in words: `(roles any of admin, owner) or (owner of params.id)`. */
export function inWords(rule: Rule): string {
  if (isAuthorityRule(rule)) return authorityInWords(rule);
  switch (rule.kind) {
    case 'check':
      return rule.label;
    case 'not':
      return `not (${inWords(rule.rule)})`;
    case 'anyOf':
      return combined(rule.rules, ' or ');
    case 'allOf':
      return combined(rule.rules, ' and ');
  }
}

/** What a requirement asks, and of which kind: `role admin`, `scopes all of read, write`. */
export function authorityInWords({ kind, mode, names }: AuthorityRule): string {
  const what = names.length === 1 ? kind.slice(0, -1) : kind;
  return `${what} ${requirementInWords({ mode, names })}`;
}

/** One name stands by itself; several are any or all of them. */
export function requirementInWords({ mode, names }: Omit<AuthorityRule, 'kind'>): string {
  return names.length === 1 ? names.join() : `${mode} of ${names.join(', ')}`;
}

function combined(rules: readonly Rule[], word: string): string {
  return rules.map((each) => (rules.length > 1 ? `(${inWords(each)})` : inWords(each))).join(word);
}
