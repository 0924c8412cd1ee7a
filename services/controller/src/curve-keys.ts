// CURVE keys of a start: configured, or made up. With --reuse those that were made up are kept in the profile, so that the
// next start has the same and the connection files stay true.
import { readFileSync, statSync } from 'node:fs';
import { isMissing, readSecret, refuseExposed, writeFileAtomically } from '@muster/config';
import { isJsonObject, MusterError } from '@muster/protocol';
import { type CurveServers, chooseCurve, curvePublicKey } from '@muster/transport';
import type { ControllerValues } from './settings.ts';

type Choice = Pick<
  ControllerValues,
  | 'reuse'
  | 'enableCurve'
  | 'curveStrict'
  | 'curvePublicKey'
  | 'curveSecretKey'
  | 'curveSecretKeyFile'
  | 'curveClientSecretKey'
  | 'curveClientSecretKeyFile'
>;

/** Secret keys by side, as the file has them: 40 characters Z85. */
interface KeptKeys {
  readonly engine?: string;
  readonly client?: string;
}

/** Throws MusterError `bad_option`, or `connection_file_exposed` and `connection_file_invalid` for the file at `path`. */
export function chooseKeys(values: Choice, path: string): CurveServers | undefined {
  const own = {
    engine: readSecret(values.curveSecretKey, values.curveSecretKeyFile, 'IPController.curve_secretkey_file'),
    client: readSecret(
      values.curveClientSecretKey,
      values.curveClientSecretKeyFile,
      'IPController.curve_client_secretkey_file',
    ),
  };
  const choose = (keys: KeptKeys): CurveServers | undefined =>
    chooseCurve({ ...values, curveSecretKey: keys.engine ?? '', curveClientSecretKey: keys.client ?? '' });
  if (!values.reuse || !(values.enableCurve || values.curveStrict)) return choose(own);
  const kept = readKeys(path);
  const curve = choose({
    engine: own.engine || kept.engine || '',
    client: own.client || (values.curveStrict && kept.client) || '',
  });
  const made: KeptKeys = {
    ...(curve && own.engine === '' && { engine: curve.engine.secretKey }),
    ...(curve && values.curveStrict && own.client === '' && { client: curve.client.secretKey }),
  };
  if (made.engine !== kept.engine || made.client !== kept.client) keepKeys(path, { ...kept, ...made });
  return curve;
}

function readKeys(path: string): KeptKeys {
  let text: string;
  try {
    const { mode } = statSync(path);
    refuseExposed(path, mode);
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return {};
    throw error;
  }
  try {
    const value: unknown = JSON.parse(text);
    if (!isJsonObject(value)) throw new TypeError('not an object');
    const keys = Object.entries(value).filter(([side]) => side === 'engine' || side === 'client');
    for (const [, key] of keys) curvePublicKey(key as string);
    return Object.fromEntries(keys);
  } catch {
    throw new MusterError(
      'connection_file_invalid',
      `${path} should hold the CURVE keys of this controller, and does not.`,
      'Remove it: new keys are then made, and clients and engines need the new connection files.',
    );
  }
}

function keepKeys(path: string, keys: KeptKeys): void {
  try {
    writeFileAtomically(path, `${JSON.stringify(keys, null, 2)}\n`);
  } catch (error) {
    throw new MusterError('profile_unusable', `The CURVE keys cannot be kept: ${(error as Error).message}`);
  }
}
