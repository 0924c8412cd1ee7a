// Whom we hung up on. libzmq tells of a handshake that it refused, and not with whom. But the side that closes a
// connection is the one where TCP keeps it in TIME_WAIT, for a minute; and of a socket that is bound, those are the peers that
// were refused. Linux only: elsewhere nothing is known.
import { open } from 'node:fs/promises';

const tables = ['/proc/self/net/tcp', '/proc/self/net/tcp6'];
/** Enough for some 13,000 connections; what lies behind is not looked at. */
const largestBytes = 2_000_000;
const timeWait = '06';

/** IP addresses of peers of that local port whose connection was closed by us within the last minute, each once. */
export async function addressesHungUpOn(port: number): Promise<string[]> {
  const texts = await Promise.all(tables.map(readStart));
  return [...new Set(texts.flatMap((text) => parseTable(text, port)))];
}

/** Remote addresses of a table of Linux in the form of /proc/net/tcp. */
export function parseTable(text: string, port: number): string[] {
  const addresses: string[] = [];
  for (const line of text.split('\n')) {
    const [, local = '', remote = '', state] = line.trim().split(/\s+/);
    if (state !== timeWait || Number.parseInt(local.split(':')[1] ?? '', 16) !== port) continue;
    const address = parseAddress(remote.split(':')[0] ?? '');
    if (address !== undefined) addresses.push(address);
  }
  return addresses;
}

/** Words of 32 bits in hexadecimal, each with its lowest byte first. */
function parseAddress(hex: string): string | undefined {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => [...Buffer.from(word, 'hex')].reverse());
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.length !== 16) return undefined;
  const isMapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;
  if (isMapped) return bytes.slice(12).join('.');
  const groups = Array.from({ length: 8 }, (_, i) => (bytes[2 * i]! * 256 + bytes[2 * i + 1]!).toString(16));
  return new URL(`http://[${groups.join(':')}]`).hostname;
}

async function readStart(path: string): Promise<string> {
  try {
    await using file = await open(path);
    const buffer = Buffer.alloc(largestBytes);
    let length = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, length, largestBytes - length);
      length += bytesRead;
      if (bytesRead === 0 || length === largestBytes) return buffer.toString('latin1', 0, length);
    }
  } catch {
    return '';
  }
}
