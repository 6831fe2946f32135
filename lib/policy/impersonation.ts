import type { Principal } from '../core/principal.js';
import { SAFE_METHODS } from './safe-methods.js';

export const IMPERSONATIONS = ['allow', 'read-only', 'deny'] as const;

/** What may be done by somebody who acts as the caller: all, what changes nothing, or nothing. */
export type Impersonation = (typeof IMPERSONATIONS)[number];

/** What a rule that nobody impersonated meets is called. */
export const NOT_IMPERSONATED = 'not impersonated';

/** Whether somebody acts as the caller; a credential that does not say who is no principal. */
export function isImpersonated({ actor }: Principal): boolean {
  return actor !== undefined;
}

/** @param isSafe Whether the request changes nothing. */
export function mayActAs(
  principal: Principal,
  impersonation: Impersonation,
  isSafe: boolean,
): boolean {
  if (impersonation === 'allow' || !isImpersonated(principal)) return true;
  return impersonation === 'read-only' && isSafe;
}

/** @param method That of the request; where there is none, nobody can tell what it changes. */
export function isSafeMethod(method: string | undefined): boolean {
  const safe: readonly (string | undefined)[] = SAFE_METHODS;
  return safe.includes(method);
}
