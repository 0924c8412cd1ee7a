// ipcontroller: the controller as a command.
import { controllerSettings, runController } from '@muster/controller';
import { defineCommand, runProgram } from './command-tree.ts';

export const program = defineCommand({
  name: 'ipcontroller',
  config: 'ipcontroller',
  table: controllerSettings,
  usage: {
    usage: 'ipcontroller [options]',
    about:
      'Starts a controller: it registers engines, schedules tasks and relays messages. Clients and engines find it by the connection files that it writes into the profile folder.',
    examples: [
      ['ipcontroller', 'for this machine only'],
      ['ipcontroller --ip=*', 'for all machines that can reach this one'],
      ['ipcontroller --reuse', 'the same ports and key at every start'],
    ],
  },
  run: ({ values }, env) => runController(values, env),
});

export const main = (argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> =>
  runProgram(program, argv, env);
