// muster apply, get, scale, delete: ClusterProfiles without Kubernetes.
import type { Command } from '../command.ts';
import { runCommand } from '../command.ts';
import { applySettings, deleteSettings, getSettings, scaleSettings } from './settings.ts';

type Main = (argv: readonly string[], env: NodeJS.ProcessEnv) => Promise<number>;

const place = 'On Kubernetes kubectl does this.';

export const apply: Main = (argv, env) => {
  const command: Command<typeof applySettings> = {
    name: 'muster apply',
    table: applySettings,
    usage: {
      usage: 'muster apply -f FILE [options]',
      about: `Makes or changes ClusterProfiles: pools of engines that an operator starts. ${place}`,
      examples: [
        ['muster apply -f training.yaml', 'the profiles of a file'],
        ['muster apply -f - --profiles=./clusters', 'from standard input, into that folder'],
      ],
    },
    run: async ({ values }) => (await import('./apply.ts')).applyProfiles(values, env),
  };
  return runCommand(command, argv, env);
};

export const get: Main = (argv, env) => {
  const command: Command<typeof getSettings> = {
    name: 'muster get',
    table: getSettings,
    usage: {
      usage: 'muster get [options] [NAME …]',
      about: `Lists ClusterProfiles: how many engines each wants and has, and what it waits for. ${place}`,
    },
    parse: { words: true },
    run: async ({ values, words }) => (await import('./get.ts')).getProfiles(values, words, env),
  };
  return runCommand(command, argv, env);
};

export const scale: Main = (argv, env) => {
  const command: Command<typeof scaleSettings> = {
    name: 'muster scale',
    table: scaleSettings,
    usage: {
      usage: 'muster scale NAME --engines=N [options]',
      about: `Changes how many engines a ClusterProfile wants. ${place}`,
      examples: [['muster scale training --engines=8', 'eight engines']],
    },
    parse: { words: true },
    run: async ({ values, words }) => (await import('./change.ts')).scaleProfile(values, words, env),
  };
  return runCommand(command, argv, env);
};

export const remove: Main = (argv, env) => {
  const command: Command<typeof deleteSettings> = {
    name: 'muster delete',
    table: deleteSettings,
    usage: {
      usage: 'muster delete NAME [options]',
      about: `Deletes a ClusterProfile: the operator ends its engines. ${place}`,
    },
    parse: { words: true },
    run: async ({ values, words }) => (await import('./change.ts')).deleteProfile(values, words, env),
  };
  return runCommand(command, argv, env);
};
