// Keys, and warnings where the door is open.
import { MusterError } from '@muster/protocol';
import { isLoopback } from './addresses.ts';
import { curvePublicKey, generateCurvePair } from './curve-keys.ts';
import type { CurveServer } from './port.ts';

/** What settings say of CurveZMQ; an empty key is none. */
export interface CurveChoice {
  readonly enableCurve: boolean;
  readonly curveSecretKey: string;
  readonly curvePublicKey: string;
}

/** The key pair with CurveZMQ switched on: the one configured, or a new one. Throws MusterError `bad_option`. */
export function chooseCurve(choice: CurveChoice): CurveServer | undefined {
  if (!choice.enableCurve) return undefined;
  const { curveSecretKey: secretKey, curvePublicKey: publicKey } = choice;
  if (secretKey === '' && publicKey === '') return { role: 'server', ...generateCurvePair() };
  if (secretKey.length !== 40 || (publicKey !== '' && publicKey !== curvePublicKey(secretKey)))
    throw new MusterError(
      'bad_option',
      'The CURVE keys do not form a pair of 40 characters each.',
      'Set IPP_CURVE_SECRETKEY (and, if you like, the IPP_CURVE_PUBLICKEY that belongs to it), or neither.',
    );
  return { role: 'server', secretKey, publicKey: curvePublicKey(secretKey) };
}

/** Tells the log what an administrator should know. */
export function warnWhenOpen(
  addresses: readonly string[],
  curve: CurveServer | undefined,
  key: string,
  log: { warn(fields: object, message: string): void },
): void {
  const open = addresses.filter((address) => !isLoopback(address));
  if (open.length > 0 && !curve)
    log.warn(
      { addresses: open },
      'listening beyond this machine without encryption: messages are signed, but anyone on the way can read them; IPP_ENABLE_CURVE=1 encrypts',
    );
  if (key !== '' && key.length < 16) log.warn({}, 'the session key is short: signatures are easy to guess');
}
