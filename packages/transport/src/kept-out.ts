import { MusterError } from '@muster/protocol';

/** What is told to onError when a bound socket refuses peers: `count` of them since the last time, the last for `why`. */
export const keptOut = (why: string, count: number): MusterError =>
  new MusterError(
    'bad_option',
    `Peers were kept out (${count} times): ${why}`,
    'Give them the connection file of this very controller: it has the CURVE key that they need, or says that there is none.',
  );
