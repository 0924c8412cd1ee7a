// What the settings of NATS say, in the form in which the bus takes it.
import { readFileSync } from 'node:fs';
import { MusterError } from '@muster/protocol';
import { reason } from './profiles.ts';
import { readSecret } from './secrets.ts';
import type { SharedServiceValues } from './service-settings.ts';

type NatsValues = Pick<
  SharedServiceValues,
  'nats' | 'natsUser' | 'natsPassword' | 'natsPasswordFile' | 'natsToken' | 'natsTokenFile' | 'natsCaFile'
>;

export interface NatsAddress {
  readonly servers: readonly string[];
  readonly auth?: { readonly user: string; readonly password: string } | { readonly token: string };
  readonly tls?: { readonly ca: string };
}

/** Reads the files of secrets and certificates. Throws MusterError `bad_option`. */
export function readNatsAddress(values: NatsValues): NatsAddress {
  const servers = values.nats.split(',').map((server) => server.trim());
  const password = readSecret(values.natsPassword, values.natsPasswordFile, 'nats-password-file');
  const token = readSecret(values.natsToken, values.natsTokenFile, 'nats-token-file');
  const { natsUser: user } = values;
  if (token !== '' && user !== '')
    throw new MusterError(
      'bad_option',
      'NATS takes a user or a token, not both.',
      'Leave out --nats-user or the token.',
    );
  if (password !== '' && user === '')
    throw new MusterError(
      'bad_option',
      'There is a password for NATS, and no user.',
      'Name the user with --nats-user.',
    );
  return {
    servers: servers.filter((server) => server !== ''),
    ...(user !== '' && { auth: { user, password } }),
    ...(token !== '' && { auth: { token } }),
    ...(values.natsCaFile !== '' && { tls: { ca: readCertificates(values.natsCaFile) } }),
  };
}

function readCertificates(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new MusterError('bad_option', `--nats-ca-file: ${reason(error)}.`);
  }
}
