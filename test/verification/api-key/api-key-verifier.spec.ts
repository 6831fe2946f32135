import { inspect } from 'node:util';
import { AuthError, AuthUnavailable } from '../../../lib/core/auth-error.js';
import { Credential } from '../../../lib/core/credential.js';
import type { ApiKeyRecord } from '../../../lib/stores/api-key-store.js';
import { MemoryApiKeyStore } from '../../../lib/stores/memory-api-key-store.js';
import {
  ApiKeyVerifier,
  type ApiKeyVerifierSettings,
} from '../../../lib/verification/api-key/api-key-verifier.js';
import {
  generateApiKey,
  type GeneratedApiKey,
} from '../../../lib/verification/api-key/generate-api-key.js';
import { keyOf } from './key-of.js';

const NOW = 1_700_000_000;
const PREFIX = 'pk_live';
const FAR = 2_000_000_000;

type Find = ApiKeyVerifierSettings['find'];

function verifier(find: Find, more: Partial<ApiKeyVerifierSettings> = {}): ApiKeyVerifier {
  return new ApiKeyVerifier({
    kind: 'apiKey',
    prefix: PREFIX,
    find,
    clock: () => NOW * 1000,
    timeoutMs: 50,
    asked: 'credentials[0].find',
    scheme: 'ApiKey',
    ...more,
  });
}

const credentialOf = (key: string): Credential => new Credential('header', key);

async function refusal(subject: ApiKeyVerifier, key: string): Promise<AuthError> {
  try {
    await subject.verify(credentialOf(key));
  } catch (error) {
    expect(error).toBeInstanceOf(AuthError);
    return error as AuthError;
  }
  throw new Error('It was accepted');
}

describe('ApiKeyVerifier', () => {
  const made = generateApiKey({ prefix: PREFIX });
  const record: ApiKeyRecord = { id: made.id, hash: made.hash, subject: 'ann' };
  const reasonFor = async (more: object, key = made.key): Promise<string> => {
    const find = (): ApiKeyRecord => ({ ...record, ...more });
    return (await refusal(verifier(find), key)).reason;
  };
  const wrongSecret = keyOf(PREFIX, made.id);

  it('says whom a key stands for', () => {
    const store = new MemoryApiKeyStore();
    store.insert({
      ...record,
      organizationId: 'org-1',
      roles: ['admin'],
      permissions: ['orders:read'],
      scopes: ['orders'],
      claims: { plan: 'gold', sub: 'somebody else' },
      allowedAddresses: ['203.0.113.7'],
      expiresAt: FAR,
    });
    const credential = credentialOf(made.key);
    expect(verifier((id) => store.find(id)).verify(credential)).toEqual({
      credential,
      kind: 'apiKey',
      standsFor: 'apiKey',
      issuer: 'apiKey',
      keyId: made.id,
      expiresAt: FAR,
      allowedAddresses: ['203.0.113.7'],
      claims: {
        sub: 'ann',
        roles: ['admin'],
        permissions: ['orders:read'],
        scope: ['orders'],
        org_id: 'org-1',
        plan: 'gold',
      },
    });
  });

  it('answers at once where the look-up does, and later where it takes time', async () => {
    const verified = verifier(() => record).verify(credentialOf(made.key));
    expect(verified).toMatchObject({ expiresAt: Infinity, allowedAddresses: undefined });
    const later = verifier(() => Promise.resolve(record)).verify(credentialOf(made.key));
    expect(later).toBeInstanceOf(Promise);
    expect(await later).toEqual(verified);
  });

  it('claims what begins as its keys do, and nothing else', () => {
    const claims = (value: string): boolean => verifier(() => record).claims(credentialOf(value));
    expect([made.key, 'pk_live_', 'pk_live_junk'].map(claims)).toEqual([true, true, true]);
    expect(['pk_live', 'pk_test_x', 'PK_LIVE_x', ''].map(claims)).toEqual(Array(4).fill(false));
  });

  it('takes a pepper, and refuses hashes made without', async () => {
    const pepper = 'a pepper of thirty-two bytes, or more';
    const other: GeneratedApiKey = generateApiKey({ prefix: PREFIX, pepper });
    const find = (): ApiKeyRecord => ({ ...record, ...other });
    expect(await verifier(find, { pepper }).verify(credentialOf(other.key))).toBeDefined();
    const plain = await refusal(verifier(find), other.key);
    const peppered = await refusal(
      verifier(() => record, { pepper }),
      made.key,
    );
    expect([plain.reason, peppered.reason]).toEqual(['api_key_mismatch', 'api_key_mismatch']);
  });

  describe('refuses', () => {
    it.each([null, undefined, false, true, '', 'a text', 7])(
      'A-02: an unknown id, for which %p is found',
      async (nothing) => {
        const subject = verifier((() => nothing) as Find);
        expect((await refusal(subject, made.key)).reason).toBe('api_key_unknown');
      },
    );

    it.each([1, FAR, 0, new Date(0), new Date(Number.NaN), Number.NaN, '', false, true, 'no'])(
      'A-03: a key that was revoked at %p',
      async (revokedAt) => {
        expect(await reasonFor({ revokedAt })).toBe('api_key_revoked');
      },
    );

    it.each([NOW, NOW - 1, 0, -1, new Date(NOW * 1000), new Date(0)])(
      'A-04: a key that expired at %p',
      async (expiresAt) => {
        expect(await reasonFor({ expiresAt })).toBe('api_key_expired');
      },
    );

    it('A-05: a wrong secret', async () => {
      expect(await reasonFor({}, wrongSecret)).toBe('api_key_mismatch');
    });

    it.each([
      ['A-08: another letter case', made.key.toUpperCase()],
      ['A-13: a key of 1 KB', made.key.padEnd(1024, '0')],
      ['A-13: a key of 15 KB', made.key.padEnd(15 * 1024, '0')],
      ['A-05: a wrong secret without its checksum', made.key.replace(/.{9}$/, 'f00000000')],
      ['a key of another prefix', generateApiKey({ prefix: 'pk_test' }).key],
      ['an empty text', ''],
    ])('%s, without asking a store', async (_, key) => {
      const asked: string[] = [];
      const find = (id: string): void => void asked.push(id);
      expect((await refusal(verifier(find as Find), key)).reason).toBe('api_key_malformed');
      expect(asked).toEqual([]);
    });

    it('A-17: the record of another key', async () => {
      const other = generateApiKey({ prefix: PREFIX });
      expect(await reasonFor({}, other.key)).toBe('api_key_mismatch');
      // Even where it has the hash of this one.
      expect(await reasonFor({ id: other.id })).toBe('api_key_mismatch');
      expect(await reasonFor({ id: undefined })).toBe('api_key_mismatch');
    });

    it.each<[unknown]>([
      [Buffer.from(made.hash, 'hex').toString('base64')],
      [made.hash.toUpperCase()],
      [made.hash.repeat(2)],
      [made.hash.slice(0, -2)],
      [`${made.hash}\n`],
      [Buffer.from(made.hash, 'hex')],
      [''],
      [undefined],
      [null],
      [made.key],
    ])('A-19: a record with the hash %p', async (hash) => {
      expect(await reasonFor({ hash })).toBe('api_key_mismatch');
    });

    it.each<[unknown]>([
      [new Date(Number.NaN)],
      [Number.NaN],
      ['never'],
      [String(FAR)],
      [''],
      [true],
      [{}],
      [BigInt(FAR)],
      [-Infinity],
    ])('A-20: a record that expires at %p', async (expiresAt) => {
      expect(await reasonFor({ expiresAt })).toBe('api_key_expired');
    });

    it('A-21: a key as soon as it is revoked, for nothing is remembered', async () => {
      const store = new MemoryApiKeyStore();
      store.insert(record);
      const subject = verifier((id) => store.find(id));
      await subject.verify(credentialOf(made.key));
      store.update(made.id, { revokedAt: NOW });
      expect((await refusal(subject, made.key)).reason).toBe('api_key_revoked');
    });

    it('A-28: the one of two keys alike in their first 20 characters that is revoked', async () => {
      const store = new MemoryApiKeyStore();
      const ids = ['0123456789abcde0', '0123456789abcde1'] as const;
      const keys = ids.map((id) => keyOf(PREFIX, id));
      for (const [index, key] of keys.entries()) {
        store.insert({ ...record, id: ids[index] ?? '', hash: keyOf.hash(key) });
      }
      store.update(ids[0], { revokedAt: NOW });
      const subject = verifier((id) => store.find(id));
      const [revoked = '', good = ''] = keys;
      expect((await refusal(subject, revoked)).reason).toBe('api_key_revoked');
      expect(await subject.verify(credentialOf(good))).toMatchObject({ keyId: ids[1] });
    });

    it('a wrong secret before it tells that the key was revoked or has expired', async () => {
      const over = { revokedAt: 1, expiresAt: 1 };
      expect(await reasonFor(over, wrongSecret)).toBe('api_key_mismatch');
      expect(await reasonFor(over)).toBe('api_key_revoked');
    });

    it('what a getter of the class of a record ends', async () => {
      class Row {
        readonly id = made.id;
        readonly hash = made.hash;
        readonly subject = 'ann';
        get revokedAt(): Date {
          return new Date();
        }
      }
      const subject = verifier(() => new Row());
      expect((await refusal(subject, made.key)).reason).toBe('api_key_revoked');
    });

    it('all of them with one answer, which holds nothing of the key', async () => {
      const all = await Promise.all([
        refusal(
          verifier(() => null),
          made.key,
        ),
        refusal(
          verifier(() => record),
          wrongSecret,
        ),
        refusal(
          verifier(() => ({ ...record, revokedAt: 1 })),
          made.key,
        ),
        refusal(
          verifier(() => ({ ...record, expiresAt: 1 })),
          made.key,
        ),
        refusal(
          verifier(() => record),
          `${made.key}0`,
        ),
      ]);
      for (const { code, status, message, schemes } of all) {
        const answer = { code: 'invalid_api_key', status: 401, message: 'The API key is invalid' };
        expect({ code, status, message, schemes }).toEqual({ ...answer, schemes: ['ApiKey'] });
      }
      expect(inspect(all)).not.toMatch(new RegExp(`${made.key.slice(-80, -60)}|${made.hash}`));
    });
  });

  describe('A-16: cannot tell', () => {
    const never = new Promise<never>(() => undefined);
    it.each<[string, Find]>([
      [
        'throws',
        () => {
          throw new Error('down');
        },
      ],
      ['rejects', () => Promise.reject(new Error('down'))],
      ['takes too long', () => never],
    ])('when the store %s', async (_, find) => {
      const failure = await refusal(verifier(find), made.key);
      expect(failure).toBeInstanceOf(AuthUnavailable);
      expect(failure).toMatchObject({ reason: 'store_unavailable', status: 503 });
    });

    it('when a record has no subject', async () => {
      expect(await reasonFor({ subject: '' })).toBe('lookup_failed');
    });
  });

  it('takes addresses that are no list for an empty one, and ignores what kind a record is of', async () => {
    const odd = { ...record, allowedAddresses: '0.0.0.0/0', kind: 'live' };
    const subject = verifier((() => odd) as unknown as Find);
    const verified = await subject.verify(credentialOf(made.key));
    expect(verified).toMatchObject({ allowedAddresses: [], standsFor: 'apiKey' });
  });

  it('notes the use of good keys, and of no others', async () => {
    const noted: string[] = [];
    const lastUse = { note: (id: string): void => void noted.push(id) };
    const subject = verifier(() => record, { lastUse });
    await refusal(subject, wrongSecret);
    await refusal(
      verifier(() => ({ ...record, revokedAt: 1 }), { lastUse }),
      made.key,
    );
    expect(noted).toEqual([]);
    await subject.verify(credentialOf(made.key));
    expect(noted).toEqual([made.id]);
  });
});
