// muster: the door to all commands.
import { type CommandGroup, type Program, runProgram } from './command-tree.ts';
import type { Programs } from './completion/answer.ts';
import { topics } from './help/topics.ts';

const programIn = async (file: Promise<{ readonly program: Program }>): Promise<Program> => (await file).program;

const profiles = () => import('./profiles/commands.ts');

export const program: CommandGroup = {
  name: 'muster',
  about: 'Interactive parallel computing: a controller, engines, and clients that compute on them.',
  commands: {
    cluster: {
      section: 'Clusters',
      about: 'start, stop and list clusters (the same as ipcluster)',
      load: () => programIn(import('./ipcluster.ts')),
    },
    controller: {
      section: 'Clusters',
      about: 'run a controller (the same as ipcontroller)',
      load: () => programIn(import('./ipcontroller.ts')),
    },
    engine: {
      section: 'Clusters',
      about: 'run an engine (the same as ipengine)',
      load: () => programIn(import('./ipengine.ts')),
    },
    profile: {
      section: 'Clusters',
      about: 'make, show and delete profiles, and take over those of Python',
      load: () => programIn(import('./profile/commands.ts')),
    },
    service: {
      section: 'Services and Kubernetes',
      about: 'run one of the services of a cluster as a program of its own',
      load: () => programIn(import('./service.ts')),
    },
    connect: {
      section: 'Services and Kubernetes',
      about: 'compute on a cluster in Kubernetes from this machine',
      load: () => programIn(import('./connect.ts')),
    },
    apply: {
      section: 'Pools of engines that an operator starts',
      about: 'make or change ClusterProfiles',
      load: async () => (await profiles()).apply,
    },
    get: {
      section: 'Pools of engines that an operator starts',
      about: 'list ClusterProfiles, and how far each is',
      load: async () => (await profiles()).get,
    },
    scale: {
      section: 'Pools of engines that an operator starts',
      about: 'change how many engines a ClusterProfile wants',
      load: async () => (await profiles()).scale,
    },
    delete: {
      section: 'Pools of engines that an operator starts',
      about: 'delete a ClusterProfile',
      load: async () => (await profiles()).remove,
    },
    completion: {
      section: 'This program',
      about: 'completion by the Tab key, for bash, zsh and fish',
      load: async () => (await import('./completion/commands.ts')).completionProgram(programs),
    },
    man: {
      section: 'This program',
      about: 'manual pages, for man',
      load: async () => (await import('./help/man-command.ts')).manCommand(programs),
    },
  },
  topics,
};

/** All that people type. */
export const programs: Programs = {
  muster: () => program,
  ipcluster: () => programIn(import('./ipcluster.ts')),
  ipcontroller: () => programIn(import('./ipcontroller.ts')),
  ipengine: () => programIn(import('./ipengine.ts')),
};

export const main = (argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> =>
  runProgram(program, argv, env);
