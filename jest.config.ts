/** @jest-config-loader esbuild-register */
import type { Config } from 'jest';

const typescript: Config = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: 'tsconfig.json', useESM: true }] },
};
const sources = { '^(\\.{1,2}/.*)\\.js$': '$1' };

export default {
  // Modules that are loaded anew for each file stay in memory: a process that has grown makes room for another.
  workerIdleMemoryLimit: '1GB',
  maxWorkers: '100%',
  projects: [
    {
      ...typescript,
      displayName: 'nest-12',
      testMatch: ['<rootDir>/test/**/*.spec.ts'],
      testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/package/'],
      moduleNameMapper: sources,
    },
    {
      ...typescript,
      displayName: 'nest-11',
      // What touches Nest. The issuers' outages, and the catalogue, do not.
      testMatch: [
        '<rootDir>/test/{e2e/http,e2e/transports,module}/**/*.spec.ts',
        '<rootDir>/test/e2e/keys/{shutdown,rotation}.spec.ts',
      ],
      // Nor do other servers than the application, nor keys.
      testPathIgnorePatterns: [
        '/node_modules/',
        'credentials/(two-instances|introspection-provider|static-keys|cross-use)',
      ],
      moduleNameMapper: {
        ...sources,
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
