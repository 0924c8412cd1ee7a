// ipcontroller: the controller as a command.
import { controllerSettings } from '@muster/controller/settings';
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
      ['ipcontroller --engine-ssh=login.example.org', 'engines elsewhere come through an ssh server'],
      ['ipcontroller --sqlitedb', 'tasks and results are kept in a database'],
    ],
    files: [
      ['PROFILE/ipcontroller_config.ts', 'settings of the profile; also .js, .mjs, .json, .yaml'],
      ['PROFILE/security/ipcontroller-client.json', 'for clients: addresses and the key'],
      ['PROFILE/security/ipcontroller-engine.json', 'for engines: copy it to machines without a shared file system'],
      ['PROFILE/log', 'what it says'],
      ['PROFILE/pid/ipcontroller.pid', 'its process'],
    ],
    seeAlso: ['muster help profiles', 'muster help config', 'muster help tunnels'],
  },
  run: async ({ values }, env) => (await import('@muster/controller')).runController(values, env),
});

export const main = (argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> =>
  runProgram(program, argv, env);
