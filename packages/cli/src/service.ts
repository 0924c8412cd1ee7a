// muster service: one of the services as a program of its own.
import type { ServiceCommand } from '@muster/standalone';
import { serviceCommands } from '@muster/standalone';
import { type AnyCommand, type CommandGroup, defineCommand } from './command-tree.ts';

const commands: Readonly<Record<string, ServiceCommand>> = serviceCommands;

const commandOf = (name: string, service: ServiceCommand): AnyCommand =>
  defineCommand({
    name: `muster service ${name}`,
    table: service.table,
    usage: { usage: `muster service ${name} [options]`, about: service.about },
    run: ({ values }) => service.run(values),
  });

export const program: CommandGroup = {
  name: 'muster service',
  about:
    'Runs one of the services of a cluster as a program of its own. They find each other by NATS, keep records of tasks in MongoDB, and share a session key. An absent NATS or MongoDB is waited for. SIGTERM ends a service.',
  commands: Object.fromEntries(
    Object.entries(commands).map(([name, service]) => [
      name,
      { about: service.about, section: 'Services', load: () => commandOf(name, service) },
    ]),
  ),
  examples: [
    [
      'export MUSTER_KEY=$(openssl rand -hex 32) MUSTER_NATS=nats://127.0.0.1:4222',
      'once: the key that all services share, and where NATS is',
    ],
    ['muster service hub --mongodb=mongodb://127.0.0.1:27017/', 'the hub'],
  ],
};
