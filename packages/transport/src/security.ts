// Keys, and warnings where the door is open.
import { MusterError } from '@muster/protocol';
import { isLoopback } from './addresses.ts';
import type { Side } from './bound-sockets.ts';
import { curvePublicKey, generateCurvePair } from './curve-keys.ts';
import type { CurveServer } from './port.ts';

/** What settings say of CurveZMQ; an empty key is none. */
export interface CurveChoice {
  readonly enableCurve: boolean;
  /** The two sides have doors of their own; implies `enableCurve`. */
  readonly curveStrict: boolean;
  readonly curveSecretKey: string;
  readonly curvePublicKey: string;
  /** Of the clients' doors, in strict mode. */
  readonly curveClientSecretKey: string;
}

/** The key pair of each side's sockets: twice the same, or in strict mode two. */
export type CurveServers = Readonly<Record<Side, CurveServer>>;

/** Strict mode: what opens one side's doors does not open the other's. */
export const hasSeparateDoors = (curve: CurveServers | undefined): boolean =>
  curve !== undefined && curve.client.publicKey !== curve.engine.publicKey;

/** What connection files say of it. */
export const serverKeysOf = (curve: CurveServers | undefined): Readonly<Record<Side, string>> | null =>
  curve === undefined ? null : { engine: curve.engine.publicKey, client: curve.client.publicKey };

/** The key pairs with CurveZMQ switched on: those configured, or new ones. Throws MusterError `bad_option`. */
export function chooseCurve(choice: CurveChoice): CurveServers | undefined {
  const { enableCurve, curveStrict, curveSecretKey, curvePublicKey: publicKey, curveClientSecretKey } = choice;
  if (!enableCurve && !curveStrict) return undefined;
  const engine = pairOf(curveSecretKey, publicKey, 'IPP_CURVE_SECRETKEY');
  if (!curveStrict) {
    if (curveClientSecretKey === '') return { engine, client: engine };
    throw new MusterError(
      'bad_option',
      "There is a CURVE key for the clients' side, and strict mode, which alone has two sides, is off.",
      'Add --curve-strict (MUSTER_CURVE_STRICT=1), or take MUSTER_CURVE_CLIENT_SECRETKEY away.',
    );
  }
  const client = pairOf(curveClientSecretKey, '', 'MUSTER_CURVE_CLIENT_SECRETKEY');
  if (client.secretKey !== engine.secretKey) return { engine, client };
  throw new MusterError(
    'bad_option',
    'Both sides have the same CURVE key, and strict mode wants two.',
    'Give MUSTER_CURVE_CLIENT_SECRETKEY a key of its own.',
  );
}

function pairOf(secretKey: string, publicKey: string, variable: string): CurveServer {
  if (secretKey === '' && publicKey === '') return { role: 'server', ...generateCurvePair() };
  if (secretKey === '')
    throw new MusterError(
      'bad_option',
      'There is a public CURVE key and no secret one.',
      `Set ${variable} to the secret key that belongs to it, or give neither.`,
    );
  const derived = ownPublicKey(secretKey, variable);
  if (publicKey === '' || publicKey === derived) return { role: 'server', secretKey, publicKey: derived };
  throw new MusterError(
    'bad_option',
    'The CURVE keys do not form a pair.',
    'Give the secret key alone, or with it the public key that belongs to it.',
  );
}

function ownPublicKey(secretKey: string, variable: string): string {
  try {
    return curvePublicKey(secretKey);
  } catch {
    throw new MusterError(
      'bad_option',
      `The secret CURVE key is not a key: it has ${secretKey.length} characters${secretKey.length === 40 ? ', and not those of Z85' : ''}.`,
      `Set ${variable} to 40 characters of Z85, as zmq.curve_keypair() of Python gives them.`,
    );
  }
}

/** Tells the log what an administrator should know. */
export function warnWhenOpen(
  addresses: readonly string[],
  curve: CurveServers | undefined,
  key: string,
  log: { warn(fields: object, message: string): void },
): void {
  const open = addresses.filter((address) => !isLoopback(address));
  if (open.length > 0 && !curve)
    log.warn(
      { addresses: open },
      'listening beyond this machine without encryption: messages are signed, but anyone on the way can read them; IPP_ENABLE_CURVE=1 encrypts',
    );
  if (key === '' && !curve)
    log.warn(
      { remedy: 'leave the session key away, and a new one is made at each start' },
      'the session key is empty: messages are not signed, and whoever reaches a port can run code on the engines',
    );
  if (key !== '' && key.length < 16) log.warn({}, 'the session key is short: signatures are easy to guess');
}
