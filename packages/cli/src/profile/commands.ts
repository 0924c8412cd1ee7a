// muster profile: profiles and their config files.
import { type CommandGroup, defineCommand, runProgram } from '../command-tree.ts';
import {
  createSettings,
  deleteSettings,
  importSettings,
  listSettings,
  pathSettings,
  showSettings,
} from './settings.ts';

const files = [
  ['IPYTHONDIR/profile_NAME', 'the folder of a profile; IPYTHONDIR is ~/.ipython unless said otherwise'],
  [
    '…/ipcluster_config.ts',
    'settings of ipcluster, and so for ipcontroller_config.ts and ipengine_config.ts; or .js .mjs .json .yaml',
  ],
  ['…/security', 'connection files and cluster files, with the keys: for nobody else to read'],
  ['…/log, …/pid', 'what the programs say, and which run'],
  ['…/startup', 'scripts that Python engines run when they start'],
  ['…/db', 'tasks and their results, with SQLite'],
] as const;

const seeAlso = ['muster help profiles', 'muster help config'];

const create = defineCommand({
  name: 'muster profile create',
  table: createSettings,
  usage: {
    usage: 'muster profile create [NAME] [options]',
    about:
      'Makes the folder of a profile with a config file for each program, in which every setting is explained and commented out. What is there is kept.',
    examples: [
      ['muster profile create', 'the default profile'],
      ['muster profile create mpi', 'one called mpi, for: ipcluster start --profile=mpi'],
      ['muster profile create --parallel --profile=mpi', 'the same, as ipython has it'],
    ],
    files,
    seeAlso,
  },
  parse: { words: true },
  wordKind: 'profiles',
  run: async ({ values, words }, env) => (await import('./create.ts')).createProfile(values, words, env),
});

const list = defineCommand({
  name: 'muster profile list',
  table: listSettings,
  usage: {
    usage: 'muster profile list [options]',
    about: 'Lists the profiles with the ids of clusters that run in each.',
    seeAlso,
  },
  run: async ({ values }, env) => (await import('./list.ts')).listProfiles(values, env),
});

const path = defineCommand({
  name: 'muster profile path',
  table: pathSettings,
  usage: {
    usage: 'muster profile path [NAME] [options]',
    about: 'Prints the folder of a profile, also of one that is not made yet.',
    examples: [['cd $(muster profile path mpi)', 'into the folder of the profile mpi']],
  },
  parse: { words: true },
  wordKind: 'profiles',
  run: async ({ values, words }, env) => (await import('./path.ts')).printPath(values, words, env),
});

const show = defineCommand({
  name: 'muster profile show',
  table: showSettings,
  usage: {
    usage: 'muster profile show [NAME] [options]',
    about: 'Shows what each program would take that is not its default, and where that is from.',
    examples: [['muster profile show mpi --json', 'the same for programs']],
    seeAlso,
  },
  parse: { words: true },
  wordKind: 'profiles',
  run: async ({ values, words }, env) => (await import('./show.ts')).showProfile(values, words, env),
});

const remove = defineCommand({
  name: 'muster profile delete',
  table: deleteSettings,
  usage: {
    usage: 'muster profile delete NAME [options]',
    about: 'Deletes a profile with all its files. Refused while a cluster runs in it.',
    examples: [['muster profile delete mpi --yes', 'without a question']],
    exitStatuses: [10],
  },
  parse: { words: true },
  wordKind: 'profiles',
  run: async ({ values, words }, env) => (await import('./delete.ts')).deleteProfile(values, words, env),
});

const importPython = defineCommand({
  name: 'muster profile import',
  table: importSettings,
  usage: {
    usage: 'muster profile import [FILE …] [options]',
    about:
      'Takes over the settings of config files of Python (ipcluster_config.py and so on) of plain assignments, and lists what it could not take over. No code is run. Without a FILE: those in the folder of the profile.',
    examples: [
      ['muster profile import', 'what ipyparallel left in the default profile'],
      ['muster profile import ~/old/ipcontroller_config.py --profile=mpi', 'one file, into the profile mpi'],
    ],
    seeAlso: ['muster help config'],
  },
  parse: { words: true },
  wordKind: 'files',
  run: async ({ values, words }, env) => (await import('./import.ts')).importProfile(values, words, env),
});

export const program: CommandGroup = {
  name: 'muster profile',
  about:
    'Profiles: folders that hold the config files of the programs, and the files of the clusters that run with them.',
  commands: {
    create: { about: 'make a profile with its config files', load: () => create },
    list: { about: 'list the profiles', load: () => list },
    path: { about: 'print the folder of a profile', load: () => path },
    show: { about: 'show what is set in a profile, and where', load: () => show },
    delete: { about: 'delete a profile', load: () => remove },
    import: { about: 'take over config files of Python', load: () => importPython },
  },
  examples: [
    ['muster profile create mpi', 'makes the profile mpi'],
    ['muster profile show mpi', 'what is set in it'],
  ],
};

export const main = (argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> =>
  runProgram(program, argv, env);
