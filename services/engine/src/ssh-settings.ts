// Whether connections go through an ssh server (§1.3).
import type { SettingsTable } from '@muster/config';

export const sshSettings = {
  ssh: {
    name: 'IPEngine.sshserver',
    otherNames: ['EngineFactory.sshserver'],
    flags: ['ssh'],
    type: 'text',
    default: '',
    group: 'Controller',
    placeholder: '[USER@]HOST[:PORT]',
    description:
      'Tunnel all connections, heartbeats too, through this ssh server, as the ssh program here logs in there without a question; the addresses of the connection file are those that it sees. Default: what the connection file says (ipcontroller --engine-ssh).',
  },
  sshKey: {
    name: 'IPEngine.sshkey',
    otherNames: ['EngineFactory.sshkey'],
    flags: ['sshkey'],
    type: 'text',
    default: '',
    group: 'Controller',
    placeholder: 'FILE',
    description:
      'Private key for the ssh server; without --ssh that is the machine of the controller. Default: those that ssh finds.',
  },
} as const satisfies SettingsTable;
