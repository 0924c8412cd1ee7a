// An address that cannot be listened at: whose it is not, and which there are.
import { MusterError } from '@muster/protocol';
import type { Machine } from './choose-location.ts';
import { isLoopback } from './choose-location.ts';

/** The error of a start that failed, in words of `--ip` when one of its addresses is not of this machine. */
export function explainAddress(error: unknown, listening: readonly string[], { addresses }: Machine): unknown {
  if (!(error instanceof MusterError) || error.code !== 'bad_option') return error;
  const isOwn = (address: string): boolean =>
    address === '0.0.0.0' ||
    address === '[::]' ||
    isLoopback(address) ||
    addresses.some((own) => own.address === address.replace(/^\[(.*)\]$/, '$1'));
  const foreign = listening.find((address) => !isOwn(address));
  if (foreign === undefined) return error;
  const own = addresses.map(({ name, address }) => `${name} ${address}`).join(', ');
  return new MusterError(
    'bad_option',
    `--ip: no interface of this machine has the address ${foreign}.`,
    `Give an address or interface that is here (${own}), or * for all. What others see of it is for --location.`,
  );
}
