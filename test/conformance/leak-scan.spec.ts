import { tokenOf, privateKeys } from './catalogue.js';
import { LeakScan, printed, secretsOf } from './leak-scan.js';
import { mint } from './minting.js';

describe('LeakScan', () => {
  const token = tokenOf('OK-RS256');
  const [header = '', payload = '', signature = ''] = token.split('.');
  const scan = new LeakScan(['http://127.0.0.1:4100/a']).add(
    ...secretsOf(token),
    privateKeys['rsa']?.d ?? '',
  );

  it.each([
    ['a token', token],
    ['a header', header.slice(3, 19)],
    ['a payload', payload.slice(30, 46)],
    ['a signature', signature.slice(-16)],
    ['a private key', (privateKeys['rsa']?.d ?? '').slice(5, 21)],
  ])('finds %s in a line of a log', (_, leaked) => {
    expect(scan.leaks(`[Nest] DEBUG denied: ${leaked}; next`)).not.toEqual([]);
  });

  it('finds a claim, whatever token it came in', async () => {
    const sub = 'somebody@example.com';
    const claims = new LeakScan([]).add(...secretsOf(await mint({ sub, nested: { a: [sub] } })));
    expect(claims.leaks(`welcome ${sub}`)).toHaveLength(1);
  });

  it('finds what is hidden in an object', () => {
    const error = new Error('denied', { cause: { token } });
    const hidden = Object.defineProperty({}, 'value', { value: token, enumerable: false });
    expect(scan.leaks(printed({ error }))).not.toEqual([]);
    expect(scan.leaks(printed({ deep: [{ hidden }] }))).not.toEqual([]);
  });

  it('finds nothing in what the configuration says, nor in less than 16 characters', () => {
    expect(scan.leaks('any of http://127.0.0.1:4100/a')).toEqual([]);
    expect(scan.leaks(signature.slice(0, 15))).toEqual([]);
  });
});
