import { createTenantDecorator } from '../../lib/index.js';
import { resolveOptions } from '../../lib/module/options/resolve-options.js';

const resolved = (more: object): unknown =>
  resolveOptions({
    issuers: [{ issuer: 'https://login.test/', audience: 'api' }],
    ...more,
  });

const MISTAKES: readonly (readonly [unknown, string])[] = [
  ['x-tenant-id', 'tenant is not an object'],
  [null, 'tenant is not an object'],
  [{}, 'tenant.from is missing'],
  [{ from: [] }, 'tenant.from names no source'],
  [{ from: 'header' }, 'tenant.from is no source'],
  [{ from: null }, 'tenant.from is no source'],
  [{ from: ['claim', {}] }, 'tenant.from[1] is no source'],
  [{ from: { heading: 'x' } }, 'tenant.from is no source'],
  [{ from: { __proto__: { header: 'x' } } }, 'tenant.from is no source'],
  [{ from: { header: 'x', param: 'y' } }, 'tenant.from is no source'],
  [{ from: { header: '' } }, 'tenant.from.header is no name of a header'],
  [{ from: { header: 'x tenant' } }, 'tenant.from.header is no name of a header'],
  [{ from: { header: 'Authorization' } }, 'tenant.from.header has another meaning'],
  [{ from: ['claim', { header: 'cookie' }] }, 'tenant.from[1].header has another meaning'],
  [{ from: { param: ':orgId' } }, 'tenant.from.param is no name of a parameter'],
  [{ from: { param: 7 } }, 'tenant.from.param is no name of a parameter'],
  [{ from: { host: 'example.com' } }, 'tenant.from.host is no pattern'],
  [{ from: { host: '{tenant}' } }, 'tenant.from.host is no pattern'],
  [{ from: { host: '{tenant}.{tenant}.com' } }, 'tenant.from.host is no pattern'],
  [{ from: { host: 'x{tenant}.example.com' } }, 'tenant.from.host is no pattern'],
  [{ from: { host: '{tenant}.example.com:8080' } }, 'tenant.from.host is no pattern'],
  [{ from: { host: 'https://{tenant}.example.com' } }, 'tenant.from.host is no pattern'],
  [{ from: 'claim' }, "tenant.from is 'claim' alone, which counts without the option"],
  [{ from: 'claim', required: 'yes' }, 'tenant.required is no boolean'],
  [{ from: { header: 'x' }, hide: 1 }, 'tenant.hide is no boolean'],
  [{ from: { header: 'x' }, validate: 'yes' }, 'tenant.validate has no method validate'],
  [{ from: { header: 'x' }, timeoutSeconds: 1 }, 'tenant.timeoutSeconds means nothing without'],
  [
    { from: { header: 'x' }, validate: () => true, timeoutSeconds: 0 },
    'tenant.timeoutSeconds is not a number of seconds',
  ],
  [{ from: { header: 'x' }, optional: true }, 'tenant.optional is no option'],
];

describe('the option tenant', () => {
  it.each(MISTAKES)('%j does not boot', (tenant, message) => {
    expect(() => resolved({ tenant })).toThrow(message);
  });

  it.each([
    { from: 'claim', required: true },
    { from: 'claim', validate: () => true },
    { from: { host: 'Api.{tenant}.Example.com' } },
    { from: [{ header: 'X-Tenant' }, { param: 'orgId' }, 'claim'], hide: true },
  ])('%j does', (tenant) => {
    expect(resolved({ tenant })).toMatchObject({ tenant: { hide: tenant.hide ?? false } });
  });
});

it.each(['allowed', true, null, 'DENY'])('impersonation: %j does not boot', (impersonation) => {
  expect(() => resolved({ impersonation })).toThrow('impersonation is unknown');
});

it.each(['', 'Workspace Id', '7', undefined])('%j is no name of a decorator', (name) => {
  expect(() => createTenantDecorator(name as never)).toThrow('is given no name of a decorator');
});
