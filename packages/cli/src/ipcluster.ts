// ipcluster: start, engines, stop, list, clean. Each loads only what it needs: starting fast is the point.

import { cleanSettings, enginesSettings, listSettings, startSettings, stopSettings } from '@muster/cluster/settings';
import { MusterError } from '@muster/protocol';
import { print, runCommand, withErrors } from './command.ts';
import { readVersion } from './version.ts';

const overview = `Usage: ipcluster COMMAND [options]

Starts, watches and stops clusters: a controller and engines.

Commands:
    start     start a controller and engines
    engines   start engines for a controller that is there
    stop      stop clusters
    list      list the clusters that run
    clean     remove files that clusters left

Options of a command: ipcluster COMMAND --help

Examples:
    ipcluster start -n 4               a controller and four engines on this machine
    ipcluster start -n 4 --daemonize   the same in the background
    ipcluster stop                     stops it
`;

type Run = (argv: readonly string[], env: NodeJS.ProcessEnv) => Promise<number>;

const start: Run = (argv, env) =>
  runCommand(
    {
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
      run: async ({ values, rest }) => (await import('@muster/cluster/commands/start')).startCluster(values, rest, env),
    },
    argv,
    env,
  );

const engines: Run = (argv, env) =>
  runCommand(
    {
      name: 'ipcluster engines',
      table: enginesSettings,
      usage: {
        usage: 'ipcluster engines [options]',
        about: 'Starts engines for the controller of a profile. Ctrl-C interrupts their work; twice, it stops them.',
        examples: [['ipcluster engines -n 4', 'four more engines']],
      },
      run: async ({ values }) => (await import('@muster/cluster/commands/engines')).startEngines(values, env),
    },
    argv,
    env,
  );

const stop: Run = (argv, env) =>
  runCommand(
    {
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
      run: async ({ values, words }) =>
        (await import('@muster/cluster/commands/stop')).stopClusters(values, words, env),
    },
    argv,
    env,
  );

const list: Run = (argv, env) =>
  runCommand(
    {
      name: 'ipcluster list',
      table: listSettings,
      usage: { usage: 'ipcluster list [options]', about: 'Lists the clusters that run, of all profiles or of one.' },
      run: async ({ values }) => (await import('@muster/cluster/commands/list')).listClusters(values, env),
    },
    argv,
    env,
  );

const clean: Run = (argv, env) =>
  runCommand(
    {
      name: 'ipcluster clean',
      table: cleanSettings,
      usage: {
        usage: 'ipcluster clean [options]',
        about: 'Removes cluster files, connection files and logs of a profile. Refuses while a cluster runs.',
      },
      run: async ({ values }) => (await import('@muster/cluster/commands/clean')).cleanProfiles(values, env),
    },
    argv,
    env,
  );

const commands: Readonly<Record<string, Run>> = { start, engines, stop, list, clean };

export async function main(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const [name, ...rest] = argv;
  return withErrors('ipcluster', async () => {
    if (name === undefined) {
      process.stderr.write(overview);
      return 2;
    }
    if (['-h', '--help', '--help-all', 'help'].includes(name)) return print(overview);
    if (name === '--version' || name === '-V') return print(`${readVersion()}\n`);
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (command !== undefined) return command(rest, env);
    const known = Object.keys(commands).join(', ');
    throw new MusterError('unknown_option', `There is no command '${name}'.`, `There are: ${known}.`);
  });
}
