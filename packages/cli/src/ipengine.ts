// ipengine: an engine as a command.
import { engineSettings, runEngine } from '@muster/engine';
import { defineCommand, runProgram } from './command-tree.ts';

export const program = defineCommand({
  name: 'ipengine',
  config: 'ipengine',
  table: engineSettings,
  usage: {
    usage: 'ipengine [options]',
    about:
      'Starts an engine that runs JavaScript and TypeScript for the clients of a controller. It finds the controller by the connection file in the profile folder.',
    examples: [
      ['ipengine', 'for the controller of the default profile'],
      ['ipengine --file=./ipcontroller-engine.json', 'for the controller that wrote this file'],
    ],
  },
  run: ({ values }, env) => runEngine(values, env),
});

export const main = (argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> =>
  runProgram(program, argv, env);
