import { Test } from '@nestjs/testing';
import { overrideAuth, type TestCaller, type TestPrincipal } from '../../lib/testing/index.js';

describe('actAs', () => {
  let caller: TestCaller;

  beforeAll(() => {
    caller = overrideAuth(Test.createTestingModule({}));
  });

  const NOBODY =
    "actAs() is not an object. Say who acts, actAs({ subject: 'ann' }), or actAsNobody().";
  const NO_TEXT = 'is not what it should be. Give a text, or leave it out.';
  const NO_LIST = "is not what it should be. Give a list of texts: ['admin'].";

  it.each<[given: unknown, sentence: string]>([
    [undefined, NOBODY],
    [null, NOBODY],
    ['ann', NOBODY],
    [[{ subject: 'ann' }], NOBODY],
    [{ role: ['admin'] }, 'actAs().role is no option. Remove it, or correct its name: roles.'],
    [{ roles: 'admin' }, `actAs().roles ${NO_LIST}`],
    [{ scopes: [1] }, `actAs().scopes ${NO_LIST}`],
    [{ permissions: null }, `actAs().permissions ${NO_LIST}`],
    [{ subject: 7 }, `actAs().subject ${NO_TEXT}`],
    [{ organizationId: '' }, `actAs().organizationId ${NO_TEXT}`],
    [{ credential: {} }, `actAs().credential ${NO_TEXT}`],
    [
      { kind: 'anonymous' },
      "actAs().kind is not what it should be. Give 'user', 'service' or 'apiKey'.",
    ],
    [{ claims: 'x' }, 'actAs().claims is not what it should be. Give an object.'],
    [
      { expiresAt: new Date() },
      'actAs().expiresAt is not what it should be. Give seconds since the epoch, or leave it out.',
    ],
    [
      { actor: 'support' },
      "actAs().actor is not what it should be. Give an object: { subject: 'support' }.",
    ],
  ])('refuses what is nobody: %j', (given, sentence) => {
    expect(() => {
      caller.actAs(given as TestPrincipal);
    }).toThrow(new Error(sentence));
  });

  it('takes what is left out by a variable, and what a principal has', () => {
    const given = { subject: 'ann', organizationId: undefined, roles: new Set(['admin']) };
    expect(() => {
      caller.actAs(given as unknown as TestPrincipal);
    }).not.toThrow();
  });
});
