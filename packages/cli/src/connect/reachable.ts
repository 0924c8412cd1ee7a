// Does a controller answer at an address?
import { connect } from 'node:net';

/** First byte of every greeting of ZeroMQ's protocol. */
const greeting = 0xff;

/** True when something that speaks ZeroMQ answers there within `timeoutMs`. Never rejects. */
export function isReachable(host: string, port: number, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: timeoutMs });
    const deadline = setTimeout(() => end(false), timeoutMs);
    function end(answer: boolean): void {
      clearTimeout(deadline);
      socket.destroy();
      resolve(answer);
    }
    socket.on('data', (bytes) => end(bytes[0] === greeting));
    socket.on('error', () => end(false));
    socket.on('close', () => end(false));
  });
}

/** The host of `tcp://HOST`, an IPv6 address without its brackets. */
export const hostOf = (address: string): string => address.replace(/^tcp:\/\//, '').replace(/^\[(.*)\]$/, '$1');
