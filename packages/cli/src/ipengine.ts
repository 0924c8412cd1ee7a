// ipengine: an engine as a command.
import type { SettingsTable } from '@muster/config';
import { engineSettings } from '@muster/engine/settings';
import { print } from './command.ts';
import { defineCommand, runProgram } from './command-tree.ts';

/** Not for config files: what to do instead of starting an engine. */
const listSettings = {
  listKernels: {
    name: 'list-kernels',
    flags: ['list-kernels'],
    type: 'boolean',
    default: false,
    group: 'Kernel',
    description: 'Shows the kernels that --kernel can name, and starts nothing.',
  },
  json: {
    name: 'json',
    flags: ['json'],
    type: 'boolean',
    default: false,
    group: 'Kernel',
    description: 'With --list-kernels: as a JSON list of {name, kind, displayName, language, folder, problem}.',
  },
} as const satisfies SettingsTable;

export const program = defineCommand({
  name: 'ipengine',
  config: 'ipengine',
  table: { ...engineSettings, ...listSettings },
  usage: {
    usage: 'ipengine [options]',
    about:
      'Starts an engine that runs code for the clients of a controller: JavaScript and TypeScript, Python, or whatever a Jupyter kernel runs. It finds the controller by the connection file in the profile folder.',
    examples: [
      ['ipengine', 'for the controller of the default profile'],
      ['ipengine --file=./ipcontroller-engine.json', 'for the controller that wrote this file'],
      ['ipengine --kernel=python', "Python's own engine, by ipyparallel"],
      ['ipengine --list-kernels', 'the Jupyter kernels of this machine, for --kernel=NAME'],
      ['mpiexec -n 4 ipengine --mpi', 'four engines, numbered as their ranks'],
    ],
    files: [
      ['PROFILE/ipengine_config.ts', 'settings of the profile; also .js, .mjs, .json, .yaml'],
      ['PROFILE/security/ipcontroller-engine.json', 'where the controller is, unless --file says otherwise'],
    ],
    exitStatuses: [255],
    seeAlso: ['muster help profiles', 'muster help config', 'muster help tunnels'],
  },
  async run({ values, given, rest }, env) {
    const { listEngineKernels, runEngine } = await import('@muster/engine');
    if (values.listKernels) return print(await listEngineKernels(values, env, values.json));
    return runEngine(values, env, { given, rest });
  },
});

export const main = (argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> =>
  runProgram(program, argv, env);
