import { isAuthorityRule, type AuthorityRule, type Rule } from './rule.js';

/** What a rule asks, in words: `any of admin, owner`. */
export function inWords(rule: Rule): string {
  if (isAuthorityRule(rule)) return requirementInWords(rule);
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

/** One name stands by itself; several are any or all of them. */
export function requirementInWords({ mode, names }: Omit<AuthorityRule, 'kind'>): string {
  return names.length === 1 ? names.join() : `${mode} of ${names.join(', ')}`;
}

function combined(rules: readonly Rule[], word: string): string {
  return rules.map((each) => (rules.length > 1 ? `(${inWords(each)})` : inWords(each))).join(word);
}
