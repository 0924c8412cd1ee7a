// muster service: one of the services as a program of its own.
import { MusterError } from '@muster/protocol';
import type { ServiceCommand } from '@muster/standalone';
import { serviceCommands } from '@muster/standalone';
import { print, runCommand, withErrors } from './command.ts';

const commands: Readonly<Record<string, ServiceCommand>> = serviceCommands;

const list = Object.entries(commands)
  .map(([name, { about }]) => `    ${name.padEnd(19)}${about}`)
  .join('\n');

const overview = `Usage: muster service NAME [options]

Runs one of the services of a cluster as a program of its own. They find each other by NATS, keep records of tasks in
MongoDB, and share a session key. An absent NATS or MongoDB is waited for. SIGTERM ends a service.

Services:
${list}

Options of a service: muster service NAME --help

Example:
    export MUSTER_KEY=$(openssl rand -hex 32) MUSTER_NATS=nats://127.0.0.1:4222
    muster service hub --mongodb=mongodb://127.0.0.1:27017/
`;

export async function main(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const [name, ...rest] = argv;
  return withErrors('muster service', async () => {
    if (name === undefined) {
      process.stderr.write(overview);
      return 2;
    }
    if (['-h', '--help', 'help'].includes(name)) return print(overview);
    const service = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (service !== undefined) return run(name, service, rest, env);
    const known = Object.keys(commands).join(', ');
    throw new MusterError('unknown_option', `There is no service '${name}'.`, `There are: ${known}.`);
  });
}

const run = (name: string, service: ServiceCommand, argv: readonly string[], env: NodeJS.ProcessEnv) =>
  runCommand(
    {
      name: `muster service ${name}`,
      table: service.table,
      usage: { usage: `muster service ${name} [options]`, about: service.about },
      run: ({ values }) => service.run(values),
    },
    argv,
    env,
  );
