import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { addressesHungUpOn, parseTable } from './hung-up-on.ts';

const heading = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';

test('connections that we closed, by their local port', () => {
  const text = [
    heading,
    '   0: 0100007F:A62D 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000 0 1 1 0 100 0 0 10 0',
    '   1: 0100007F:A62D 0502000A:C786 06 00000000:00000000 03:000017 0 0 0 0 3 0',
    '   2: 0100007F:A62D 0602000A:C786 01 00000000:00000000 00:0 0 1000 0 2 1 0 20 4 30 10 -1',
    '   3: 0100007F:A62E 0702000A:C786 06 00000000:00000000 03:000017 0 0 0 0 3 0',
    '   4: 0000000000000000FFFF00000100007F:A62D 0000000000000000FFFF00000802000A:C786 06 0:0',
    '   5: 00000000000000000000000001000000:A62D B80D0120000000000000000001000000:C786 06 0:0',
    '   6: x y 06',
    '',
  ].join('\n');
  expect(parseTable(text, 0xa62d)).toEqual(['10.0.2.5', '10.0.2.8', '[2001:db8::1]']);
  expect(parseTable('', 1)).toEqual([]);
});

test.runIf(process.platform === 'linux')('the tables of this machine', async () => {
  const server = createServer((socket) => socket.end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const peer = connect(port, '127.0.0.1');
  peer.resume();
  await once(peer, 'close');
  await expect.poll(() => addressesHungUpOn(port), { timeout: 5000 }).toEqual(['127.0.0.1']);
  server.close();
});
