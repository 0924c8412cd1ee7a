// ipcluster: start, engines, stop, list, clean. Each loads only what it needs: starting fast is the point.

import { cleanSettings, enginesSettings, listSettings, startSettings, stopSettings } from '@muster/cluster/settings';
import { type CommandGroup, defineCommand, runProgram } from './command-tree.ts';

const start = defineCommand({
  name: 'ipcluster start',
  table: startSettings,
  usage: {
    usage: "ipcluster start [options] [-- controller's options]",
    about: 'Starts a controller and engines, and stops them with Ctrl-C or when the controller ends.',
    examples: [
      ['ipcluster start -n 4', 'a controller and four engines'],
      ['ipcluster start -n 4 --daemonize', 'the same in the background'],
      ['ipcluster start -n 2 --engine-cmd="python3 -m ipyparallel.engine"', 'with Python engines'],
      ['ipcluster start -- --nodb --hwm=0', 'with options for the controller'],
    ],
  },
  run: async (line, env) => (await import('@muster/cluster/commands/start')).startCluster(line, env),
});

const engines = defineCommand({
  name: 'ipcluster engines',
  table: enginesSettings,
  usage: {
    usage: 'ipcluster engines [options]',
    about: 'Starts engines for the controller of a profile. Ctrl-C interrupts their work; twice, it stops them.',
    examples: [['ipcluster engines -n 4', 'four more engines']],
  },
  run: async ({ values }, env) => (await import('@muster/cluster/commands/engines')).startEngines(values, env),
});

const stop = defineCommand({
  name: 'ipcluster stop',
  table: stopSettings,
  usage: {
    usage: 'ipcluster stop [options] [CLUSTER_ID …]',
    about: 'Stops clusters: ends every process and removes their files.',
    examples: [
      ['ipcluster stop', 'the cluster of the default profile'],
      ['ipcluster stop --all', 'all clusters of the default profile'],
    ],
  },
  parse: { words: true },
  run: async ({ values, words }, env) =>
    (await import('@muster/cluster/commands/stop')).stopClusters(values, words, env),
});

const list = defineCommand({
  name: 'ipcluster list',
  table: listSettings,
  usage: { usage: 'ipcluster list [options]', about: 'Lists the clusters that run, of all profiles or of one.' },
  run: async ({ values }, env) => (await import('@muster/cluster/commands/list')).listClusters(values, env),
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
    list: { about: 'list the clusters that run', load: () => list },
    clean: { about: 'remove files that clusters left', load: () => clean },
  },
  examples: [
    ['ipcluster start -n 4', 'a controller and four engines on this machine'],
    ['ipcluster start -n 4 --daemonize', 'the same in the background'],
    ['ipcluster stop', 'stops it'],
  ],
};

export const main = (argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> =>
  runProgram(program, argv, env);
