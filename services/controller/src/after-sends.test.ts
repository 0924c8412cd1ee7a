import { createInProcessBus, type Fact } from '@muster/bus';
import { encodeText } from '@muster/protocol';
import { loopbackSockets, until } from '@muster/testkit';
import { createMemoryTransport } from '@muster/transport';
import { expect, onTestFinished, test } from 'vitest';
import { iopubAfterSends, publishAfterSends } from './after-sends.ts';

const fact = (uuid: string): Fact => ({ type: 'heart.started', uuid });

function createBench() {
  const later: (() => void)[] = [];
  const bus = createInProcessBus((error) => {
    throw error;
  });
  const heard: string[] = [];
  bus.subscribe('heart.started', ({ uuid }) => heard.push(uuid));
  return { later, heard, late: publishAfterSends(bus, (run) => later.push(run)) };
}

test('facts wait until what was sent is on its way, and keep their order; one call is enough for all', () => {
  const { later, heard, late } = createBench();
  for (const uuid of ['a', 'b', 'c']) late.publish(fact(uuid));
  expect([heard, later.length]).toEqual([[], 1]);
  later.shift()!();
  expect(heard).toEqual(['a', 'b', 'c']);
  late.publish(fact('d'));
  expect(later).toHaveLength(1);
  later.shift()!();
  expect(heard).toEqual(['a', 'b', 'c', 'd']);
});

test('what a fact brings about comes after the facts that were waiting with it', () => {
  const { later, heard, late } = createBench();
  const end = late.subscribe('heart.started', ({ uuid }) => {
    if (uuid === 'a') late.publish(fact('brought about'));
  });
  for (const uuid of ['a', 'b']) late.publish(fact(uuid));
  for (let run = later.shift(); run !== undefined; run = later.shift()) run();
  end();
  expect(heard).toEqual(['a', 'b', 'brought about']);
});

test('a bus that closes loses nothing', async () => {
  const { heard, late } = createBench();
  late.publish(fact('a'));
  await late.close();
  expect(heard).toEqual(['a']);
});

test("what is published for clients leaves when it is its time, or when its socket closes; other sockets' messages do at once", async () => {
  const transport = createMemoryTransport({ onError() {} });
  onTestFinished(() => transport.close());
  const later: (() => void)[] = [];
  const loopback = loopbackSockets(transport);
  const sockets = iopubAfterSends(loopback, (run) => later.push(run));
  const iopub = await sockets.open({ kind: 'pub', channel: 'iopub', side: 'client' });
  const news = await sockets.open({ kind: 'pub', channel: 'notification', side: 'client' });
  const heard: string[] = [];
  const client = transport.open({ kind: 'sub' });
  client.onMessages((batch) => {
    for (const { frames } of batch) heard.push(Buffer.from(frames[0]!).toString());
  });
  for (const channel of ['iopub', 'notification'] as const) client.connect(loopback.endpoint(channel, 'client'));
  const send = (text: string): void => {
    iopub.send('', [encodeText(`iopub ${text}`)]);
    news.send('', [encodeText(`news ${text}`)]);
  };
  const flush = (): void => {
    for (const run of later.splice(0)) run();
  };
  // Both subscriptions have to arrive first.
  await until(
    () => {
      send('0');
      flush();
      return heard.includes('iopub 0') && heard.includes('news 0');
    },
    { what: 'the connections' },
  );
  const since = (): string[] => heard.filter((text) => !text.endsWith(' 0'));
  send('1');
  await until(() => since().length > 0, { what: 'the news' });
  expect(since()).toEqual(['news 1']);
  flush();
  await until(() => since().length > 1, { what: 'what was published' });
  iopub.send('', [encodeText('iopub 2')]);
  await iopub.close();
  await until(() => since().length > 2, { what: 'the last of it' });
  expect(since()).toEqual(['news 1', 'iopub 1', 'iopub 2']);
});
