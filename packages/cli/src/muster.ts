// muster: the door to all commands.
import { MusterError } from '@muster/protocol';
import { print, withErrors } from './command.ts';
import { readVersion } from './version.ts';

const overview = `Usage: muster COMMAND [options]

Interactive parallel computing: a controller, engines, and clients that compute on them.

Commands:
    cluster      start, stop and list clusters (the same as ipcluster)
    controller   run a controller (the same as ipcontroller)
    engine       run an engine (the same as ipengine)
    service      run one of the services of a cluster as a program of its own
    connect      compute on a cluster in Kubernetes from this machine
    apply        make or change ClusterProfiles: pools of engines that an operator starts
    get          list ClusterProfiles, and how far each is
    scale        change how many engines a ClusterProfile wants
    delete       delete a ClusterProfile
    help         this help

Options of a command: muster COMMAND --help
`;

type Main = (argv: readonly string[], env: NodeJS.ProcessEnv) => Promise<number>;

const commands: Readonly<Record<string, () => Promise<{ readonly main: Main }>>> = {
  cluster: () => import('./ipcluster.ts'),
  controller: () => import('./ipcontroller.ts'),
  engine: () => import('./ipengine.ts'),
  service: () => import('./service.ts'),
  apply: async () => ({ main: (await import('./profiles/commands.ts')).apply }),
  get: async () => ({ main: (await import('./profiles/commands.ts')).get }),
  scale: async () => ({ main: (await import('./profiles/commands.ts')).scale }),
  delete: async () => ({ main: (await import('./profiles/commands.ts')).remove }),
  connect: () => import('./connect.ts'),
};

export async function main(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const [name, ...rest] = argv;
  return withErrors('muster', async () => {
    if (name === undefined) {
      process.stderr.write(overview);
      return 2;
    }
    if (['-h', '--help', 'help'].includes(name)) return print(overview);
    if (name === '--version' || name === '-V') return print(`${readVersion()}\n`);
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (command !== undefined) return (await command()).main(rest, env);
    const known = [...Object.keys(commands), 'help'].join(', ');
    throw new MusterError('unknown_option', `There is no command '${name}'.`, `There are: ${known}.`);
  });
}
