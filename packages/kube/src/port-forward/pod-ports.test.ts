import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { until } from '@muster/testkit';
import { expect, test } from 'vitest';
import { connectPodPorts } from './connect-pod-ports.ts';
import { startForwardingServer } from './testing/forwarding-server.ts';

const megabytes = Buffer.alloc(2 ** 21, 'muster ');

test('bytes go to the port of the pod and back, and the end is passed on', async () => {
  await using server = await startForwardingServer(
    ({ send }) =>
      (bytes) =>
        send(0, bytes),
  );
  const { open } = await connectPodPorts({ kubeconfig: server.kubeconfig });
  const stream = await open('a/b', 30_201);
  expect(server.asked).toEqual(['/api/v1/namespaces/lab/pods/a%2Fb/portforward?ports=30201']);
  const parts: Buffer[] = [];
  let size = 0;
  stream.on('data', (part: Buffer) => {
    parts.push(part);
    size += part.length;
  });
  stream.write(megabytes);
  await until(() => size === megabytes.length, { what: 'all bytes are back' });
  expect(Buffer.concat(parts).equals(megabytes)).toBe(true);
  stream.end();
  await once(stream, 'close');
});

test('what nobody reads waits at the server', async () => {
  let taken = 0;
  await using server = await startForwardingServer(({ socket, send }) => {
    const more = (): void => {
      while (send(0, megabytes.subarray(0, 65_536))) taken += 65_536;
      taken += 65_536;
    };
    socket.on('drain', more);
    more();
    return () => {};
  });
  const { open } = await connectPodPorts({ kubeconfig: server.kubeconfig });
  const stream = await open('a', 1);
  let before = -1;
  // Buffers of both systems fill up; then it stands still.
  await until(
    () => {
      const still = taken === before;
      before = taken;
      return still && taken > 0;
    },
    { what: 'the server stops to write' },
  );
  expect(stream.readableLength).toBeLessThan(2 ** 20);
  stream.destroy();
});

test('the end of the pod is the end of the stream', async () => {
  await using server = await startForwardingServer(({ socket, send }) => {
    send(0, Buffer.from('bye'));
    socket.end();
    return () => {};
  });
  const { open } = await connectPodPorts({ kubeconfig: server.kubeconfig });
  expect((await buffer(await open('a', 1))).toString()).toBe('bye');
});

test('a port where nobody listens is an error that says so', async () => {
  await using server = await startForwardingServer(({ socket, send }) => {
    send(1, Buffer.from('connection refused\n'));
    socket.end();
    return () => {};
  });
  const { open } = await connectPodPorts({ kubeconfig: server.kubeconfig });
  const stream = await open('a', 7);
  await expect(buffer(stream)).rejects.toMatchObject({
    code: 'unreachable',
    message: 'Port 7 of pod a cannot be reached: connection refused.',
  });
});

test.each([
  ['a refusal', { refuse: true }, { code: 'access_denied', message: expect.stringContaining('pods "a" is forbidden') }],
  ['another kind of server', { accept: 'no' }, { code: 'unreachable' }],
])('%s', async (_name, breaks, error) => {
  await using server = await startForwardingServer(() => () => {}, breaks);
  const { open } = await connectPodPorts({ kubeconfig: server.kubeconfig });
  await expect(open('a', 1)).rejects.toMatchObject(error);
});
