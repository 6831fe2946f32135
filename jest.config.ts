/** @jest-config-loader esbuild-register */
import type { Config } from 'jest';

const typescript: Config = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: 'tsconfig.json', useESM: true }] },
};
const sources = { '^(\\.{1,2}/.*)\\.js$': '$1' };
// What Mercurius requires is a module that Jest can only import, where Node is older than 24.9; Express has another version.
const express = { '^content-disposition$': '<rootDir>/node_modules/content-disposition' };
const express11 = {
  '^content-disposition$': '<rootDir>/test/nest-11/node_modules/content-disposition',
};

export default {
  // Modules that are loaded anew for each file stay in memory: a process that has grown makes room for another.
  workerIdleMemoryLimit: '1GB',
  maxWorkers: '100%',
  // With many modules in memory, a process that holds nothing open any more takes a while to end: what is told of leaks shall be one.
  workerGracefulExitTimeout: 10_000,
  projects: [
    {
      ...typescript,
      displayName: 'nest-12',
      testMatch: ['<rootDir>/test/**/*.spec.ts'],
      testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/package/'],
      moduleNameMapper: { ...sources, ...express },
    },
    {
      ...typescript,
      displayName: 'nest-11',
      // What touches Nest. The issuers' outages, and the catalogue, do not.
      testMatch: [
        '<rootDir>/test/{e2e/http,e2e/transports,module}/**/*.spec.ts',
        '<rootDir>/test/e2e/keys/{shutdown,rotation}.spec.ts',
      ],
      // Nor do credentials, issuers and their presets, tenants and what options say.
      testPathIgnorePatterns: [
        '/node_modules/',
        'e2e/http/(clerk|credentials|providers|tenants)/',
        'e2e/http/(token-options|two-providers|issuer-options|issuer-organizations|dynamic-issuers)',
        'module/([a-z-]+-options|environment|options-table)',
      ],
      moduleNameMapper: {
        ...sources,
        ...express11,
        '^@nestjs/(.*)$': '<rootDir>/test/nest-11/node_modules/@nestjs/$1',
      },
    },
    {
      ...typescript,
      displayName: 'package',
      testMatch: ['<rootDir>/test/package/*.spec.ts'],
      globalSetup: '<rootDir>/test/package/pack.ts',
      globalTeardown: '<rootDir>/test/package/discard.ts',
      moduleNameMapper: sources,
    },
  ],
} satisfies Config;
