// Who may import whom. Checked by `npm run rooms` (part of `npm run check`). The order of the rooms is the floor plan of
// ARCHITECTURE.md: a package imports only packages to the left of it.
const rooms = [
  ['protocol', 'machine'],
  ['serialize', 'config', 'telemetry'],
  ['transport', 'tunnel', 'bus', 'task-store', 'cluster-profile', 'kube'],
  ['launchers', 'client', 'testkit'],
  ['cluster'],
];
const above = rooms.flatMap((level, i) => {
  const higher = rooms.slice(i).flat();
  return level.map((name) => ({
    name: `${name}-imports-lower-rooms-only`,
    severity: 'error',
    from: { path: `^packages/${name}/` },
    to: {
      path: `^packages/(${higher
        .filter((other) => other !== name && other !== 'testkit')
        .concat('cli')
        .join('|')})/`,
    },
  }));
});
/** A foreign library lives in one room. */
const homes = [
  ['zeromq', '(packages/transport|e2e/(transport|bench))'],
  ['pino', 'packages/telemetry'],
  ['zod', 'packages/cluster-profile'],
  ['@kubernetes/client-node', 'packages/kube'],
  ['mongodb', 'packages/task-store'],
  ['@nats-io', 'packages/bus'],
];

module.exports = {
  forbidden: [
    ...above,
    ...homes.map(([library, home]) => ({
      name: `${library}-lives-in-its-room`,
      severity: 'error',
      from: { pathNot: `^${home}/` },
      to: { path: `node_modules/${library}/` },
    })),
    {
      name: 'nats-is-loaded-by-its-entry-only',
      comment: 'A controller in one process has no use for it.',
      severity: 'error',
      from: { path: '^packages/bus/src/', pathNot: '^packages/bus/src/(nats/|nats\\.ts$|testing/)|\\.test\\.ts$' },
      to: { path: '^packages/bus/src/nats|node_modules/@nats-io/' },
    },
    {
      name: 'testkit-is-for-tests',
      severity: 'error',
      from: { path: '^packages/', pathNot: '^packages/(testkit|cli)/|/testing/|\\.test\\.ts$' },
      to: { path: '^packages/testkit/' },
    },
    {
      name: 'packages-import-no-service',
      comment: 'The cli is the top of the house: it starts the programs.',
      severity: 'error',
      from: { path: '^packages/', pathNot: '^packages/cli/' },
      to: { path: '^services/' },
    },
    {
      name: 'a-service-imports-no-service',
      comment:
        'The controller is the composition of the others in one process, standalone of one in its own; they have no logic.',
      severity: 'error',
      from: { path: '^services/([^/]+)/', pathNot: '^services/(controller|standalone)/' },
      to: { path: '^services/', pathNot: '^services/$1/' },
    },
    {
      name: 'cores-are-pure',
      comment: 'A core sees the protocol, the machine and types of facts and records; no IO.',
      severity: 'error',
      from: { path: '^services/[^/]+/src/core/', pathNot: '\\.test\\.ts$' },
      to: {
        pathNot: '^(services/[^/]+/src/core|packages/(protocol|machine|bus|task-store|serialize))/',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'nothing-unresolved',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|fixtures)/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
