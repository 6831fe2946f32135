import {
  AuthError,
  AuthUnavailable,
  Forbidden,
  InvalidCredential,
  InvalidRequest,
  MissingCredential,
} from '../../lib/core/auth-error.js';
import { REFUSAL_OF_REASON, REFUSALS } from '../../lib/core/refusal.js';

describe('the table of refusals', () => {
  it.each(Object.entries(REFUSALS))('has a sentence for %s that fits a challenge', (_, row) => {
    expect(row.message).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
  });

  it('has a row for every reason, and a reason for every row', () => {
    expect(new Set(Object.values(REFUSAL_OF_REASON))).toEqual(new Set(Object.keys(REFUSALS)));
  });

  it('answers alike whatever a forged token got wrong, so that it is no oracle', () => {
    const { invalid_signature, no_matching_key, alg_not_allowed, typ_mismatch } = REFUSAL_OF_REASON;
    const { crit_not_supported, unknown_issuer, aud_mismatch } = REFUSAL_OF_REASON;
    const codes = [invalid_signature, no_matching_key, alg_not_allowed, typ_mismatch];
    expect(new Set([...codes, crit_not_supported, unknown_issuer, aud_mismatch]).size).toBe(1);
  });

  it.each([
    [new MissingCredential('missing_credentials'), 401],
    [new InvalidRequest('malformed_authorization'), 400],
    [new InvalidCredential('invalid_signature'), 401],
    [new Forbidden('insufficient_role'), 403],
    [new AuthUnavailable('issuer_unavailable', { retryAfterSeconds: 0.2 }), 503],
  ])('%s is answered with %i', (error, status) => {
    expect(error).toBeInstanceOf(AuthError);
    expect(error.status).toBe(status);
    expect(error.name).toBe(error.constructor.name);
    expect(error.message).toBe(REFUSALS[error.code].message);
  });

  it('is worth trying again after a second at the earliest', () => {
    const after = (seconds: number): number =>
      new AuthUnavailable('issuer_unavailable', { retryAfterSeconds: seconds }).retryAfterSeconds;
    expect([after(-5), after(0.2), after(1.2)]).toEqual([1, 1, 2]);
  });
});
