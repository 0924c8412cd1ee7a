// spec.launcher: how engines are started; exactly one member.
import { z } from 'zod';
import type { Rule } from './rules.ts';
import { withRules } from './rules.ts';
import { dnsName, matching, someText, text, words } from './text.ts';

const int = (least: number, most: number) => z.int().min(least).max(most).meta({ format: 'int32' });

const address = {
  host: matching(/^[A-Za-z0-9:_][A-Za-z0-9._:%-]*$/, 253, 'the name or address of a host').describe(
    'Name or address of the machine, or an alias of the ssh configuration.',
  ),
  user: matching(/^[A-Za-z_][A-Za-z0-9._-]*$/, 64, 'the name of a user')
    .optional()
    .describe('User there; without it, ssh decides.'),
  port: int(1, 65_535).optional().describe('Port of its ssh server; without it, ssh decides.'),
};

const access = {
  keySecret: dnsName('the name of a Secret')
    .optional()
    .describe('Secret in the same namespace, whose ssh-privatekey is the private key. Kubernetes only.'),
  keyFile: someText(4096)
    .optional()
    .describe('File with the private key, where the launcher runs. Not on Kubernetes: use keySecret there.'),
  knownHosts: someText(262_144)
    .optional()
    .describe('Keys of the machines, as lines of a known_hosts file; only these are then trusted.'),
};

const oneKey = (where: string): Rule<{ keySecret?: string | undefined; keyFile?: string | undefined }> => ({
  cel: '!(has(self.keySecret) && has(self.keyFile))',
  check: ({ keySecret, keyFile }) => keySecret === undefined || keyFile === undefined,
  message: `${where} has a keySecret and a keyFile; keep one of them`,
});

const site = (launcher: string, what: string) =>
  withRules(z.strictObject({ ...address, ...access }), [oneKey(`spec.launcher.${launcher}.site`)])
    .optional()
    .describe(what);

const toleration = withRules(
  z.strictObject({
    key: someText(317).optional().describe('Key of the taint; without it, every key.'),
    operator: z.enum(['Exists', 'Equal']).default('Equal').describe('How the taint is compared.'),
    value: text(63).optional().describe('Value of the taint, for Equal.'),
    effect: z
      .enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute'])
      .optional()
      .describe('Effect of the taint; without it, every effect.'),
    tolerationSeconds: z
      .int()
      .min(0)
      .max(2 ** 31 - 1)
      .meta({ format: 'int64' })
      .optional()
      .describe('Seconds until a pod leaves after all; for NoExecute.'),
  }),
  [
    {
      cel: "self.operator == 'Exists' ? !has(self.value) : has(self.key)",
      check: ({ operator, key, value }) => (operator === 'Exists' ? value === undefined : key !== undefined),
      message: 'a toleration with operator Exists has no value, and one with Equal has a key',
    },
    {
      cel: "!has(self.tolerationSeconds) || (has(self.effect) && self.effect == 'NoExecute')",
      check: ({ tolerationSeconds, effect }) => tolerationSeconds === undefined || effect === 'NoExecute',
      message: 'tolerationSeconds of a toleration needs effect: NoExecute',
    },
  ],
);

const pods = z.strictObject({
  imagePullPolicy: z
    .enum(['Always', 'IfNotPresent', 'Never'])
    .optional()
    .describe('When the image is fetched; without it, Kubernetes decides by its tag.'),
  serviceAccountName: dnsName('the name of a ServiceAccount')
    .optional()
    .describe('ServiceAccount of the pods. Its token is not mounted.'),
  nodeSelector: z
    .record(z.string(), z.string().max(63))
    .refine((labels) => Object.keys(labels).length <= 32, 'too many members')
    .meta({ maxProperties: 32 })
    .optional()
    .describe('Labels that a node must have.'),
  tolerations: z.array(toleration).max(32).optional().describe('Taints of nodes that the pods put up with.'),
});

const host = z.strictObject({
  ...address,
  slots: int(1, 1024).default(1).describe('How many engines this machine takes.'),
});

const ssh = withRules(
  z.strictObject({
    hosts: z.array(host).min(1).max(256).describe('The machines, filled in this order.'),
    ...access,
  }),
  [oneKey('spec.launcher.ssh')],
);

const mpi = z.strictObject({
  mpiexec: words().min(1).default(['mpiexec']).describe('The program that starts MPI processes, and its first words.'),
  args: words().optional().describe('More arguments for it.'),
  site: site('mpi', 'Machine on which it is called by ssh; without it, where the launcher runs.'),
});

const pbs = z.strictObject({
  queue: matching(/^[A-Za-z0-9][A-Za-z0-9_.@-]*$/, 128, 'the name of a queue')
    .optional()
    .describe("The queue; without it, the batch system's own choice."),
  template: someText(65_536)
    .optional()
    .describe('The job script, with {n}, {n//4}, {queue} and {profile_dir} to be filled in; without it, a plain one.'),
  args: words().optional().describe('More arguments for qsub.'),
  site: site('pbs', 'Machine from which jobs are submitted, by ssh; without it, where the launcher runs.'),
});

export const launcherNames = ['pods', 'local', 'ssh', 'mpi', 'pbs'] as const;

/** The key of spec.launcher that is there. */
export type LauncherName = (typeof launcherNames)[number];

export const launcherSchema = withRules(
  z.strictObject({
    pods: pods.optional().describe('Pods of this Kubernetes cluster, in the namespace of the profile.'),
    local: z.strictObject({}).optional().describe('Processes on the machine where the launcher runs.'),
    ssh: ssh.optional().describe('Processes on machines that are reached by ssh.'),
    mpi: mpi.optional().describe('Processes started by mpiexec.'),
    pbs: pbs.optional().describe('Jobs of a PBS batch system.'),
  }),
  [
    {
      cel: `[${launcherNames.map((name) => `has(self.${name})`).join(', ')}].filter(there, there).size() == 1`,
      check: (launcher) => launcherNames.filter((name) => launcher[name] !== undefined).length === 1,
      message: `spec.launcher must have exactly one of ${launcherNames.join(', ')}`,
    },
  ],
).describe('How the engines are started: exactly one of pods, local, ssh, mpi, pbs.');
