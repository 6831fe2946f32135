import { NotFoundException } from '@nestjs/common';
import { of } from 'rxjs';
import {
  allOf,
  anyOf,
  arg,
  Authorize,
  hasPermission,
  hasRole,
  hasScope,
  not,
  Owner,
  owner,
  policy,
  SameOrg,
  sameOrganization,
  type AuthDecorator,
  type OwnerOptions,
  type Policy,
  type PolicyRequest,
  type Rule,
} from '../../lib/index.js';
import {
  INHERITED,
  OWNERS,
  type Owning,
  type RuleAnswer,
  type Ruling,
  type WrittenRule,
} from './written.js';

interface Document {
  readonly ownerId: unknown;
  readonly author: { readonly id: unknown };
}

/** What a policy throws that does not know what to do. */
export class PolicyFailure extends Error {}

/** Answers what it is told to answer. */
class Answers implements Policy<{ as: RuleAnswer }> {
  allows({ args }: PolicyRequest<{ as: RuleAnswer }>): boolean | Promise<boolean> {
    return GIVEN[args.as as RuleAnswer]() as boolean | Promise<boolean>;
  }
}

class Compares implements Policy<{ id: unknown }> {
  allows({ principal, args }: PolicyRequest<{ id: unknown }>): boolean {
    return args.id === principal.subject;
  }
}

class Documents {
  load(id: string): Document | undefined {
    return documentOf(id);
  }
}

/** The same again, and in no application. */
class Unprovided extends Answers {}
class UnprovidedDocuments extends Documents {}

const PROVIDED = new Map<unknown, object>(
  [Answers, Compares, Documents].map((each) => [each, new each()]),
);

/** As the container of an application has it. @throws Where it has none. */
export function instanceOf(token: unknown): object {
  const instance = PROVIDED.get(token);
  if (!instance) throw new Error('There is no such provider');
  return instance;
}

const GIVEN: Readonly<Record<RuleAnswer, () => unknown>> = {
  true: () => true,
  false: () => false,
  undefined: () => undefined,
  one: () => 1,
  text: () => 'true',
  observable: () => of(true),
  'true-later': () => Promise.resolve(true),
  'false-later': () => Promise.resolve(false),
  'undefined-later': () => Promise.resolve(undefined),
  'not-found': () => {
    throw new NotFoundException();
  },
  'not-found-later': () => Promise.reject(new NotFoundException()),
  failure: () => {
    throw new PolicyFailure();
  },
};

const HAS = { roles: hasRole, permissions: hasPermission, scopes: hasScope };

/** The decorator, by the shortest of its spellings. */
export function rulingOf(written: Ruling): AuthDecorator {
  const { decorator, rule, hide, dryRun, safeMethods } = written;
  const options = { hide, dryRun, safeMethods };
  if (decorator === 'owner') return Owner({ ...ownerOptions(rule as Owning), ...options });
  if (rule.is === 'same-organization' && decorator === 'same-org') {
    return SameOrg(rule.path, options);
  }
  if (rule.is === 'policy')
    return Authorize(policyOf(rule.isProvided), { as: rule.answer }, options);
  return Authorize(ruleOf(rule), options);
}

function ruleOf(written: WrittenRule): Rule {
  switch (written.is) {
    case 'has':
      return HAS[written.kind](...written.names);
    case 'policy':
      return policy(policyOf(written.isProvided), { as: written.answer });
    case 'comparing':
      return policy(Compares, { id: arg(written.path) });
    case 'owner':
      return owner(ownerOptions(written));
    case 'same-organization':
      return sameOrganization(written.path);
    case 'any-of':
      return anyOf(...written.rules.map(ruleOf));
    case 'all-of':
      return allOf(...written.rules.map(ruleOf));
    case 'not':
      return not(ruleOf(written.rule));
  }
}

function policyOf(isProvided: boolean): typeof Answers {
  return isProvided ? Answers : Unprovided;
}

const LOADERS = {
  class: Documents,
  function: documentOf,
  later: (id: string): Promise<Document | undefined> => Promise.resolve(documentOf(id)),
  nobody: UnprovidedDocuments,
};

const FIELDS = {
  default: {},
  path: { field: 'author.id' },
  function: { field: ({ ownerId }: Document): unknown => ownerId },
};

function ownerOptions({ load, field, claim, id }: Owning): OwnerOptions<Document> {
  return {
    load: LOADERS[load],
    ...FIELDS[field],
    ...(claim && { claim }),
    // Without it, the argument is params.id.
    ...(id !== 'params.id' && { id }),
  };
}

function documentOf(id: string): Document | undefined {
  if (id === INHERITED.id) return Object.create(documentBy(INHERITED.owner)) as Document;
  return OWNERS.has(id) ? documentBy(OWNERS.get(id)) : undefined;
}

function documentBy(author: unknown): Document {
  return { ownerId: author, author: { id: author } };
}
