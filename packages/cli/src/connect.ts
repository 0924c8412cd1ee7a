// muster connect: from a laptop to the cluster in Kubernetes.
import { defineCommand, runProgram } from './command-tree.ts';
import { connectSettings } from './connect/settings.ts';

export const program = defineCommand({
  name: 'muster connect',
  table: connectSettings,
  usage: {
    usage: 'muster connect [options]',
    about:
      'Fetches the connection file of a cluster in Kubernetes into the profile, so that clients on this machine find it. Where the cluster cannot be reached directly, ports are forwarded through the API server until Ctrl-C.',
    examples: [
      ['muster connect', 'the release in the namespace of the current context'],
      ['muster connect --namespace=lab --profile=lab', 'another one, into the profile lab'],
      ['muster connect --forward --file=./lab.json', 'by forwarded ports, into a file of your own'],
    ],
  },
  run: async ({ values }, env) => (await import('./connect/run.ts')).connectToCluster(values, env),
});

export const main = (argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> =>
  runProgram(program, argv, env);
