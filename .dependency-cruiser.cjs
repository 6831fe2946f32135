// The direction of the house: index → module → guards → pipeline → the four stages → core.
const peers = '@nestjs/(graphql|websockets|microservices|swagger)|redis|@opentelemetry/';

/** A room, and the rooms it may look into besides itself. */
const sees = (room, ...others) => ({
  name: `${room}-sees-${others.join('-') || 'nothing'}`,
  severity: 'error',
  from: { path: `^lib/${room}/` },
  to: { path: '^lib/', pathNot: `^lib/(${[room, ...others].join('|')})/` },
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'core-imports-nothing',
      comment:
        'The vocabulary rests on nothing but Node itself, and a function that compares names.',
      severity: 'error',
      from: { path: '^lib/core/' },
      to: {
        pathNot: '^lib/core/|node_modules/fastest-levenshtein/',
        dependencyTypesNot: ['core'],
      },
    },
    sees('credential', 'core'),
    sees('endpoint', 'core'),
    sees('verification', 'core', 'endpoint', 'stores', 'observability'),
    sees('outbound', 'core', 'endpoint', 'stores', 'observability'),
    sees('principal', 'core', 'stores'),
    sees('policy', 'core'),
    sees('observability', 'core'),
    sees('stores', 'core'),
    sees('context', 'core'),
    sees('transports', 'core', 'context'),
    sees(
      'pipeline',
      ...['core', 'credential', 'verification', 'principal', 'policy', 'observability'],
    ),
    sees('decorators', 'core', 'policy', 'context', 'transports'),
    sees(
      'guards',
      ...['core', 'policy', 'pipeline', 'context', 'decorators', 'transports', 'observability'],
      'outbound',
    ),
    sees(
      'providers',
      ...['core', 'endpoint', 'module', 'verification', 'principal', 'policy', 'decorators'],
      'stores',
    ),
    sees('environment', 'core', 'module', 'providers'),
    sees('config', 'environment'),
    sees('testing', 'core', 'endpoint', 'verification', 'pipeline', 'module'),
    {
      name: 'the-engine-is-framework-free',
      severity: 'error',
      from: {
        path: '^lib/(core|credential|verification|principal|policy|pipeline|context|endpoint|outbound|stores|observability)/',
      },
      to: { path: '^(@nestjs/|rxjs)|node_modules/(@nestjs|rxjs)/' },
    },
    {
      name: 'optional-peers-stay-in-their-room',
      severity: 'error',
      from: {
        path: '^lib/',
        pathNot: '^lib/(transports/(graphql|ws|rpc)|swagger|stores/redis|observability/otel)/',
      },
      to: { path: peers },
    },
    {
      name: 'nest-config-stays-behind-its-entry-point',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/config/' },
      to: { path: '@nestjs/config' },
    },
    {
      name: 'nobody-imports-the-front-door',
      severity: 'error',
      from: { path: '^lib/' },
      to: { path: '^lib/index\\.ts$' },
    },
    {
      name: 'nobody-imports-testing',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/testing/' },
      to: { path: '^lib/testing/' },
    },
    {
      name: 'nothing-that-npm-does-not-install',
      severity: 'error',
      from: { path: '^lib/' },
      to: { path: 'node_modules', dependencyTypesNot: ['npm', 'npm-peer'] },
    },
    { name: 'not-to-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types'] },
  },
};
