// Settings of muster connect.
import { logSettings, profileSettings, type SettingsOf, type SettingsTable } from '@muster/config';

export const connectSettings = {
  release: {
    name: 'release',
    flags: ['release'],
    type: 'text',
    default: '',
    group: 'Kubernetes',
    placeholder: 'NAME',
    description: 'Name that the chart was installed by. Empty: the only one there is, or muster.',
  },
  namespace: {
    name: 'namespace',
    flags: ['namespace', 'n'],
    type: 'text',
    default: '',
    group: 'Kubernetes',
    placeholder: 'NAME',
    description: 'Namespace of the release. Empty: that of the context.',
  },
  context: {
    name: 'context',
    flags: ['context'],
    type: 'text',
    default: '',
    group: 'Kubernetes',
    placeholder: 'NAME',
    description: 'Context of the kubeconfig ($KUBECONFIG, else ~/.kube/config). Empty: its current one.',
  },
  forward: {
    name: 'forward',
    flags: ['forward'],
    type: 'boolean',
    default: false,
    group: 'Connection',
    description:
      'Go through the API server, by ports on the loopback of this machine, until Ctrl-C. Done by itself where the cluster does not answer.',
  },
  file: {
    name: 'file',
    flags: ['file', 'f'],
    type: 'text',
    default: '',
    group: 'Connection',
    placeholder: 'FILE',
    description: 'Where the connection file is written. Empty: into the profile, where clients look for it.',
  },
  ...profileSettings,
  ...logSettings,
} as const satisfies SettingsTable;

export type ConnectValues = SettingsOf<typeof connectSettings>;
