import 'reflect-metadata';
import {
  Authorize,
  hasRole,
  Owner,
  owner,
  SameOrg,
  type OwnerOptions,
  type RuleOptions,
} from '../../lib/index.js';

class Documents {
  load(id: string): object {
    return { id };
  }
}

/** Loads by a property, which the class does not show. */
class Repository {
  readonly load = (id: string): object => ({ id });
}

/** As compilers write classes for older engines. */
function OldClass(): void {
  // It cannot be called, and nobody could tell without its members.
}
Object.assign(OldClass.prototype as object, { find: () => ({}) });

const declaring = (decorator: MethodDecorator) => (): void => {
  class Api {
    read(): void {
      // Only its declaration matters.
    }
  }
  const descriptor = Object.getOwnPropertyDescriptor(Api.prototype, 'read') ?? {};
  decorator(Api.prototype, 'read', descriptor);
};

describe('the options of a rule', () => {
  const authorized = (options: object): (() => void) =>
    declaring(Authorize(hasRole('a'), options as RuleOptions));

  it.each<[object, string]>([
    [
      { hid: true },
      '@Authorize on Api.read: hid is no option. Remove it, or correct its name: hide.',
    ],
    [{ hide: 1 }, '@Authorize on Api.read: hide is no boolean. Give true or false.'],
    [{ dryRun: 'no' }, '@Authorize on Api.read: dryRun is no boolean. Give true or false.'],
    [{ safeMethods: 'GET' }, '@Authorize on Api.read: safeMethods is no list. List GET,'],
    [{ safeMethods: ['get'] }, 'safeMethods lists "get". List GET, HEAD, OPTIONS, in upper case:'],
    [{ safeMethods: ['GET', 'POST'] }, 'safeMethods lists "POST". List GET, HEAD, OPTIONS,'],
    [{ safeMethods: ['DELETE'] }, 'only these change nothing (RFC 9110 section 9.2.1).'],
    [{ safeMethods: [undefined] }, 'safeMethods lists something that is no text. List'],
  ])('say what is wrong with %j', (options, message) => {
    expect(authorized(options)).toThrow(message);
  });

  it('may name every method that changes nothing', () => {
    expect(authorized({ safeMethods: ['GET', 'HEAD', 'OPTIONS'] })).not.toThrow();
    expect(declaring(SameOrg('params.id', { safeMethods: [] }))).not.toThrow();
  });
});

describe('the options of an owner', () => {
  const misspelt = { load: Documents, feild: 'authorId' } as OwnerOptions;

  it('are refused when one is unknown', () => {
    expect(() => Owner(misspelt)).toThrow(
      '@Owner: feild is no option. Remove it, or correct its name: field.',
    );
    expect(() => owner(misspelt)).toThrow(
      'owner(): feild is no option. Remove it, or correct its name: field.',
    );
    expect(() => owner({ load: Documents, hide: true } as OwnerOptions)).toThrow('hide is no');
  });

  it.each<[string, unknown]>([
    ['a class without the method', class {}],
    ['a class that has it as a property', Repository],
    ['a class compiled for older engines', OldClass],
    ['a class behind a proxy', new Proxy(Repository, {})],
  ])('are refused with %s', (_, load) => {
    const options = { load } as OwnerOptions;
    expect(() => Owner(options)).toThrow(
      /^owner\(\) is given a class without a method load\(id\)\. Give load:/,
    );
  });

  it.each<[string, OwnerOptions['load']]>([
    ['a class with the method', Documents],
    ['a class that inherits it', class extends Documents {}],
    ['an arrow function', () => ({})],
    ['an async function', async (id) => Promise.resolve({ id })],
    [
      'a function',
      function (id: string) {
        return { id };
      },
    ],
  ])('may load by %s', (_, load) => {
    expect(() => Owner({ load })).not.toThrow();
  });
});
