import { MusterError } from '@muster/protocol';

const shownAddresses = 3;

/** What is told to onError when a bound socket refuses peers: `count` of them since the last time, the last for `why`. */
export function keptOut(why: string, count: number, addresses: readonly string[] = []): MusterError {
  const more = addresses.length > shownAddresses ? ` and ${addresses.length - shownAddresses} more` : '';
  const from = addresses.length === 0 ? '' : `, from ${addresses.slice(0, shownAddresses).join(', ')}${more}`;
  return new MusterError(
    'bad_option',
    `Peers were kept out (${count} times${from}): ${why}`,
    'Give them the connection file of this very controller, engines that of engines and clients that of clients: it has the CURVE key that they need, or says that there is none.',
  );
}
