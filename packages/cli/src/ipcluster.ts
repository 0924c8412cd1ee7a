// ipcluster: its commands. Each loads only what it needs: starting fast is the point.
import {
  cleanSettings,
  enginesSettings,
  listSettings,
  logsSettings,
  restartSettings,
  startSettings,
  statusSettings,
  stopSettings,
} from '@muster/cluster/settings';
import { type CommandGroup, defineCommand, runProgram } from './command-tree.ts';

/** All read one config file: each takes what is its own, and lets the others' names stand. */
const configOf = (appClass: string) => ({
  config: 'ipcluster' as const,
  parse: {
    appClass,
    siblings: [startSettings, stopSettings, listSettings, statusSettings, cleanSettings, restartSettings, logsSettings],
  },
});

/** Of a command for a cluster that is there already, and so its profile. */
const ofProfile = ({ config, parse }: ReturnType<typeof configOf>) => ({
  config,
  parse: { ...parse, needsProfile: true },
});

const seeAlso = ['muster help launchers', 'muster help config', 'muster help profiles'];

const start = defineCommand({
  name: 'ipcluster start',
  table: startSettings,
  ...configOf('IPClusterStart'),
  restIs: 'ipcontroller',
  usage: {
    usage: "ipcluster start [options] [-- controller's options]",
    about: 'Starts a controller and engines, and stops them with Ctrl-C or when the controller ends.',
    examples: [
      ['ipcluster start -n 4', 'a controller and four engines'],
      ['ipcluster start -n 4 --daemonize', 'the same in the background'],
      ['ipcluster start -n 4 --engines=MPI', 'engines as ranks of mpiexec'],
      ['ipcluster start --profile=pbs -n 128', 'with the launchers that the config file of a profile names'],
      ['ipcluster start -n 2 --engine-cmd="python3 -m ipyparallel.engine"', 'with Python engines'],
      ['ipcluster start -- --nodb --hwm=0', 'with options for the controller'],
    ],
    files: [
      ['PROFILE/ipcluster_config.ts', 'settings of the profile; also .js, .mjs, .json, .yaml'],
      ['PROFILE/security/cluster-ID.json', 'what runs, in the form of ipyparallel'],
      ['PROFILE/log/', 'output of controller and engines'],
    ],
    exitStatuses: [10],
    seeAlso,
  },
  run: async (line, env) => (await import('@muster/cluster/commands/start')).startCluster(line, env),
});

const engines = defineCommand({
  name: 'ipcluster engines',
  table: enginesSettings,
  ...ofProfile(configOf('IPClusterEngines')),
  usage: {
    usage: 'ipcluster engines [options]',
    about: 'Starts engines for the controller of a profile. Ctrl-C interrupts their work; twice, it stops them.',
    examples: [['ipcluster engines -n 4', 'four more engines']],
    seeAlso,
  },
  run: async ({ values }, env) => (await import('@muster/cluster/commands/engines')).startEngines(values, env),
});

const noCluster = [11] as const;

/** Of a command that takes ids of clusters. One that starts nothing goes on without a config file that has become wrong. */
function withIds(appClass: string) {
  const { config, parse } = ofProfile(configOf(appClass));
  const minorConfig = appClass !== 'IPClusterRestart';
  return { config, parse: { ...parse, words: true, minorConfig }, wordKind: 'clusters' as const };
}

const stop = defineCommand({
  name: 'ipcluster stop',
  table: stopSettings,
  ...withIds('IPClusterStop'),
  usage: {
    usage: 'ipcluster stop [options] [CLUSTER_ID …]',
    about: 'Stops clusters: ends every process and removes their files.',
    examples: [
      ['ipcluster stop', 'the cluster of the default profile'],
      ['ipcluster stop --all', 'all clusters of the default profile'],
    ],
    exitStatuses: noCluster,
  },
  run: async ({ values, words }, env) =>
    (await import('@muster/cluster/commands/stop')).stopClusters(values, words, env),
});

const list = defineCommand({
  name: 'ipcluster list',
  table: listSettings,
  usage: { usage: 'ipcluster list [options]', about: 'Lists the clusters that run, of all profiles or of one.' },
  run: async ({ values }, env) => (await import('@muster/cluster/commands/list')).listClusters(values, env),
});

const restart = defineCommand({
  name: 'ipcluster restart',
  table: restartSettings,
  ...withIds('IPClusterRestart'),
  usage: {
    usage: 'ipcluster restart [options] [CLUSTER_ID …]',
    about:
      'Ends a cluster and starts it again as it was started, with as many engines. An ipcluster start that watches it goes on with the new one.',
    examples: [['ipcluster restart --engines-only', 'new engines for a controller that goes on, with its tasks']],
    exitStatuses: noCluster,
  },
  run: async ({ values, words }, env) =>
    (await import('@muster/cluster/commands/restart')).restartClusters(values, words, env),
});

const status = defineCommand({
  name: 'ipcluster status',
  table: statusSettings,
  ...withIds('IPClusterStatus'),
  usage: {
    usage: 'ipcluster status [options] [CLUSTER_ID …]',
    about:
      'Shows how a cluster is: whether its controller runs and answers, and how many engines are queued, starting, registered, or lost. Exit status 1 when it does not run.',
    exitStatuses: noCluster,
  },
  run: async ({ values, words }, env) =>
    (await import('@muster/cluster/commands/status')).showStatus(values, words, env),
});

const logs = defineCommand({
  name: 'ipcluster logs',
  table: logsSettings,
  ...withIds('IPClusterLogs'),
  usage: {
    usage: 'ipcluster logs [options] [CLUSTER_ID]',
    about: 'Shows the ends of the logs of a cluster.',
    examples: [
      ['ipcluster logs -f', 'what controller and engines write, as they write it'],
      ['ipcluster logs --engine=3 -n 100', 'the last 100 lines of one engine'],
    ],
    exitStatuses: noCluster,
  },
  run: async ({ values, words }, env) => (await import('@muster/cluster/commands/logs')).showLogs(values, words, env),
});

const clean = defineCommand({
  name: 'ipcluster clean',
  table: cleanSettings,
  usage: {
    usage: 'ipcluster clean [options]',
    about: 'Removes cluster files, connection files and logs of a profile. Refuses while a cluster runs.',
  },
  run: async ({ values }, env) => (await import('@muster/cluster/commands/clean')).cleanProfiles(values, env),
});

export const program: CommandGroup = {
  name: 'ipcluster',
  about: 'Starts, watches and stops clusters: a controller and engines.',
  commands: {
    start: { about: 'start a controller and engines', load: () => start },
    engines: { about: 'start engines for a controller that is there', load: () => engines },
    stop: { about: 'stop clusters', load: () => stop },
    restart: { about: 'end a cluster, or its engines, and start it again', load: () => restart },
    list: { about: 'list the clusters that run', load: () => list },
    status: { about: 'show how a cluster is', load: () => status },
    logs: { about: 'show what controller and engines wrote', load: () => logs },
    clean: { about: 'remove files that clusters left', load: () => clean },
    profile: {
      about: 'make, show and delete profiles (the same as muster profile)',
      load: async () => (await import('./profile/commands.ts')).program,
    },
  },
  examples: [
    ['ipcluster start -n 4', 'a controller and four engines on this machine'],
    ['ipcluster start -n 4 --daemonize', 'the same in the background'],
    ['ipcluster stop', 'stops it'],
  ],
};

export const main = (argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> =>
  runProgram(program, argv, env);
