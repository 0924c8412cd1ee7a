// muster apply, get, scale, delete: ClusterProfiles without Kubernetes.
import { defineCommand } from '../command-tree.ts';
import { applySettings, deleteSettings, getSettings, scaleSettings } from './settings.ts';

const place = 'On Kubernetes kubectl does this.';

export const apply = defineCommand({
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
  run: async ({ values }, env) => (await import('./apply.ts')).applyProfiles(values, env),
});

export const get = defineCommand({
  name: 'muster get',
  table: getSettings,
  usage: {
    usage: 'muster get [options] [NAME …]',
    about: `Lists ClusterProfiles: how many engines each wants and has, and what it waits for. ${place}`,
  },
  parse: { words: true },
  run: async ({ values, words }, env) => (await import('./get.ts')).getProfiles(values, words, env),
});

export const scale = defineCommand({
  name: 'muster scale',
  table: scaleSettings,
  usage: {
    usage: 'muster scale NAME --engines=N [options]',
    about: `Changes how many engines a ClusterProfile wants. ${place}`,
    examples: [['muster scale training --engines=8', 'eight engines']],
  },
  parse: { words: true },
  run: async ({ values, words }, env) => (await import('./change.ts')).scaleProfile(values, words, env),
});

export const remove = defineCommand({
  name: 'muster delete',
  table: deleteSettings,
  usage: {
    usage: 'muster delete NAME [options]',
    about: `Deletes a ClusterProfile: the operator ends its engines. ${place}`,
  },
  parse: { words: true },
  run: async ({ values, words }, env) => (await import('./change.ts')).deleteProfile(values, words, env),
});
