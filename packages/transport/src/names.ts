// Which transports there are, and the setting that chooses one. Apart from what they are made of: commands that open no
// socket show it in their help.
import { MusterError } from '@muster/protocol';

/** The transports there are, the default first. */
export const transportNames = ['zmtp', 'zeromq'] as const;
export type TransportName = (typeof transportNames)[number];

/** Environment variable that chooses the transport of every program and of the client. */
export const transportVariable = 'MUSTER_TRANSPORT';

/** To be given a name in the table of a program. */
export const transportSetting = {
  flags: ['transport'],
  env: transportVariable,
  type: 'choice',
  choices: transportNames,
  default: transportNames[0],
  group: 'Network',
  placeholder: 'TRANSPORT',
  description:
    "What carries messages. zmtp: Muster's own ZeroMQ wire in TypeScript. zeromq: the native library, which is used in any case where there is CurveZMQ. Each understands the other.",
} as const;

/** What carries messages: CurveZMQ is spoken by the native library only. */
export const transportInUse = (name: TransportName, isEncrypted: boolean): TransportName =>
  isEncrypted ? 'zeromq' : name;

/** `where` the name was found is named in the error. Empty: the default. Throws MusterError `bad_option`. */
export function parseTransportName(text: string | undefined, where: string): TransportName {
  if (text === undefined || text === '') return transportNames[0];
  const name = transportNames.find((known) => known === text.toLowerCase());
  if (name !== undefined) return name;
  throw new MusterError(
    'bad_option',
    `${where}: there is no transport '${text.slice(0, 60)}'.`,
    `Give one of: ${transportNames.join(', ')}.`,
  );
}
