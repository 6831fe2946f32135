import { cognito, google, okta, type IdentityProvider } from '../../lib/index.js';

const audience = 'https://orders.example.com';

describe('what restricts beside a preset', () => {
  const pool = { userPoolId: 'eu-west-1_a', clientId: ['c', 'd'] };
  const clients = { clientId: ['a', 'b'] };

  it('A1: is no mark less: those of tokenUse are added', () => {
    const usual = { claim: 'cid', present: true };
    const more = { claim: 'use', value: 'x' };
    const uses = (tokenUse?: object): unknown =>
      okta({ domain: 'a.okta.com', audience, ...(tokenUse && { tokenUse }) }).issuers[0]?.tokenUse;
    expect([uses(), uses([]), uses(more), uses([more])]).toEqual([
      ...[[usual], [usual]],
      ...[
        [usual, more],
        [usual, more],
      ],
    ]);
    expect(google({ clientId: 'a', hostedDomain: 'x.test', tokenUse: more }).issuers).toMatchObject(
      Array.from({ length: 2 }, () => ({ tokenUse: [{ claim: 'hd', value: ['x.test'] }, more] })),
    );
  });

  it('A1: is no client more: authorizedParties are those that clientId names as well', () => {
    const [issuer] = cognito({ ...pool, authorizedParties: ['d', 'e'] }).issuers;
    expect(issuer).toMatchObject({ authorizedParties: ['d'] });
    const [given] = okta({ domain: 'a.okta.com', audience, authorizedParties: ['x'] }).issuers;
    expect(given).toMatchObject({ authorizedParties: ['x'] });
  });

  it.each<[string, () => IdentityProvider, RegExp]>([
    [
      'a mark that the preset rules out',
      () => cognito({ ...pool, tokenUse: { claim: 'token_use', value: 'id' } }),
      /^cognito\.tokenUse contradicts .*\. Leave it out/,
    ],
    [
      'ID tokens of Okta',
      () => okta({ domain: 'a.okta.com', audience, tokenUse: { claim: 'cid', present: false } }),
      /^okta\.tokenUse contradicts/,
    ],
    [
      'clients that clientId does not name',
      () => cognito({ ...pool, authorizedParties: ['e'] }),
      /^cognito\.authorizedParties names none .*\. Name all clients by clientId/,
    ],
    [
      'tokens of no client',
      () => cognito({ ...pool, authorizedPartyRequired: false }),
      /^cognito\.authorizedPartyRequired is false/,
    ],
    [
      'an audience that is none of the clients, of Cognito',
      () => cognito({ ...pool, tokens: 'id', audience: 'e' }),
      /^cognito\.audience names none/,
    ],
    ['of Google', () => google({ ...clients, audience: 'e' }), /^google\.audience names none/],
    ['any audience', () => google({ ...clients, audience: null }), /^google\.audience names none/],
  ])('A1: contradicts a word of the preset, and is refused: %s', (_, make, message) => {
    expect(make).toThrow(message);
  });
});
