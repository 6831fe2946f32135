import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import { ownMembers } from '../../core/own-property.js';
import {
  headerPlace,
  hostPlace,
  parameterPlace,
  type TenantPlace,
} from '../../pipeline/addressed-tenant.js';
import type { TenancySettings, TenantValidator } from '../../pipeline/tenancy.js';
import type { AuthModuleOptions } from './auth-options.js';
import { assertObject, assertSeconds, refuseUnknown, resolveBoolean } from './option-checks.js';
import { resolvePort, type Port } from './ports.js';
import { TAKEN } from './resolve-places.js';

/** What the options say of tenants. */
export interface ResolvedTenant extends Omit<TenancySettings, 'validator'> {
  readonly validator: Port<TenantValidator> | undefined;
  /** The parameters of paths among the places. */
  readonly parameters: readonly string[];
  /** The headers among the places, in lower case. */
  readonly headers: readonly string[];
}

const EXAMPLE =
  "Give an object: tenant: { from: { header: 'x-tenant-id' } }, or { host: '{tenant}.example.com' }, { param: 'orgId' } or 'claim'.";

/** @throws {AuthConfigurationError} */
export function resolveTenant({ tenant }: AuthModuleOptions): ResolvedTenant | undefined {
  if (tenant === undefined) return;
  assertObject('tenant', tenant, EXAMPLE);
  refuseUnknown('tenant', tenant, ['from', 'validate', 'required', 'hide', 'timeoutSeconds']);
  const { from, validate, required, hide, timeoutSeconds } = ownMembers(tenant);
  const sources = resolveSources(from);
  assertTimeout(validate, timeoutSeconds);
  const settings = {
    places: sources.flatMap(({ place }) => place ?? []),
    parameters: sources.flatMap(({ parameter }) => parameter ?? []),
    headers: sources.flatMap(({ header }) => header ?? []),
    byClaim: sources.some(({ place }) => place === undefined),
    validator:
      validate === undefined
        ? undefined
        : resolvePort<TenantValidator>('tenant.validate', validate, 'validate'),
    timeoutMs: (timeoutSeconds ?? 3) * 1000,
    required: resolveBoolean('tenant.required', required),
    hide: resolveBoolean('tenant.hide', hide),
  };
  refuseIdle(settings);
  return settings;
}

function assertTimeout(validate: unknown, timeoutSeconds: unknown): void {
  if (timeoutSeconds === undefined) return;
  assertSeconds('tenant.timeoutSeconds', timeoutSeconds, { min: 0.1, max: 60 });
  if (validate !== undefined) return;
  throw new AuthConfigurationError(
    'tenant.timeoutSeconds',
    'means nothing without validate',
    'Give validate, which may take so long, or leave it out.',
  );
}

/** @throws {AuthConfigurationError} When nothing would ever be refused. */
function refuseIdle({ places, validator, required }: ResolvedTenant): void {
  if (places.length > 0 || validator !== undefined || required) return;
  throw new AuthConfigurationError(
    'tenant.from',
    "is 'claim' alone, which counts without the option",
    'Add required: true to demand an organization everywhere, validate, or a source by which requests address one.',
  );
}

/** A source as it was given: without a place, the claim. */
interface ResolvedSource {
  readonly place?: TenantPlace;
  readonly parameter?: string | undefined;
  readonly header?: string | undefined;
}

function resolveSources(from: unknown): readonly ResolvedSource[] {
  const given: readonly unknown[] = Array.isArray(from) ? from : [from];
  if (given.length === 0) throw noSource('tenant.from', 'names no source');
  return given.map((each, index) =>
    resolveSource(Array.isArray(from) ? `tenant.from[${String(index)}]` : 'tenant.from', each),
  );
}

function resolveSource(option: string, given: unknown): ResolvedSource {
  if (given === 'claim') return {};
  if (given === undefined) throw noSource(option, 'is missing');
  const [member, ...others] = Object.entries(Object(given) as object) as [string, unknown][];
  const source = member && SOURCES.get(member[0]);
  if (!source || others.length > 0) throw noSource(option, 'is no source');
  const [kind, text] = member;
  if (typeof text !== 'string' || !source.form.test(text)) {
    throw noSource(`${option}.${kind}`, source.flaw);
  }
  return { place: source.place(text), ...nameOf(option, kind, text) };
}

/** By which name the rest of the application knows the place, where it has one. */
function nameOf(
  option: string,
  kind: string,
  text: string,
): Pick<ResolvedSource, 'parameter' | 'header'> {
  if (kind === 'param') return { parameter: text };
  if (kind !== 'header') return {};
  refuseTaken(option, text);
  return { header: text.toLowerCase() };
}

function refuseTaken(option: string, header: string): void {
  if (!TAKEN.has(header.toLowerCase())) return;
  const cure = "Name a header of its own, such as 'x-tenant-id'.";
  throw new AuthConfigurationError(`${option}.header`, 'has another meaning', cure);
}

/** One way of addressing a tenant: what its text looks like, and what is made of it. */
interface Source {
  readonly form: RegExp;
  readonly flaw: string;
  readonly place: (text: string) => TenantPlace;
}

const SOURCES = new Map<string, Source>([
  [
    'header',
    {
      // A token (RFC 9110 section 5.6.2).
      form: /^[\w!#$%&'*+.^`|~-]+$/,
      flaw: 'is no name of a header',
      place: (name) => headerPlace(name.toLowerCase()),
    },
  ],
  [
    'param',
    {
      form: /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u,
      flaw: 'is no name of a parameter',
      place: parameterPlace,
    },
  ],
  [
    'host',
    {
      form: /^(?:[\w-]+\.)*\{tenant\}(?:\.[\w-]+)+$/,
      flaw: 'is no pattern of hosts, with {tenant} in the place of one label',
      place: (pattern) => hostPlace(pattern.toLowerCase()),
    },
  ],
]);

function noSource(option: string, problem: string): AuthConfigurationError {
  return new AuthConfigurationError(option, problem, EXAMPLE);
}
