// Secrets come by the environment or by a file, never as an option.
import { readFileSync, statSync } from 'node:fs';
import { MusterError } from '@muster/protocol';
import { reason } from './profiles.ts';

const largestBytes = 65_536;

/**
 * The secret: what the file holds, when one is named, else the value. Spaces and newlines around it do not count.
 * Throws MusterError `bad_option` for a file that cannot be read or is empty; `option` names it.
 */
export function readSecret(value: string, file: string, option: string): string {
  if (file === '') return value.trim();
  try {
    if (statSync(file).size > largestBytes) throw new Error(`${file} is larger than ${largestBytes} bytes`);
    const secret = readFileSync(file, 'utf8').trim();
    if (secret === '') throw new Error(`${file} is empty`);
    return secret;
  } catch (error) {
    throw new MusterError('bad_option', `--${option}: ${reason(error)}.`, 'Name a file that holds the secret alone.');
  }
}

/** The key that signs all messages. Throws MusterError `bad_option` when there is none. */
export function readSessionKey(values: { readonly key: string; readonly keyFile: string }): string {
  const key = readSecret(values.key, values.keyFile, 'key-file');
  if (key !== '') return key;
  throw new MusterError(
    'bad_option',
    'There is no session key, by which the services of a cluster and its clients and engines trust each other.',
    'Set MUSTER_KEY, or name a file with --key-file: the same for all services. A new one: openssl rand -hex 32',
  );
}

export interface CurveSecretSettings {
  readonly enableCurve: boolean;
  readonly curveStrict: boolean;
  readonly curveSecretKey: string;
  readonly curveSecretKeyFile: string;
  readonly curveClientSecretKey: string;
  readonly curveClientSecretKeyFile: string;
}

/**
 * The secret CURVE keys of services that run apart. With new ones for each service, as the one-process controller makes them,
 * nobody could connect to two of them: so throws MusterError `bad_option` for one that is needed and not there.
 */
export function readCurveSecrets(settings: CurveSecretSettings): {
  curveSecretKey: string;
  curveClientSecretKey: string;
} {
  const { curveSecretKeyFile: file, curveClientSecretKeyFile: clientFile, curveStrict, enableCurve } = settings;
  const keys = {
    curveSecretKey: readSecret(settings.curveSecretKey, file, 'curve-secretkey-file'),
    curveClientSecretKey: readSecret(settings.curveClientSecretKey, clientFile, 'curve-client-secretkey-file'),
  };
  if ((enableCurve || curveStrict) && keys.curveSecretKey === '')
    throw new MusterError(
      'bad_option',
      'CurveZMQ is switched on, and there is no secret key.',
      'Set IPP_CURVE_SECRETKEY or name a file with --curve-secretkey-file: the same for all services of the cluster.',
    );
  if (curveStrict && keys.curveClientSecretKey === '')
    throw new MusterError(
      'bad_option',
      "Strict CurveZMQ is switched on, and there is no secret key of the clients' side.",
      'Set MUSTER_CURVE_CLIENT_SECRETKEY or name a file with --curve-client-secretkey-file: the same for all services.',
    );
  return keys;
}
