import { expect, test } from 'vitest';
import { createTestHub } from '../testing/test-hub.ts';
import { leftovers } from './index.ts';

const address = 'tcp://127.0.0.1:8786';
const replies = (hub: ReturnType<typeof createTestHub>, msgType: string) =>
  hub.sentOf('query.reply').filter((effect) => effect.msgType === msgType);

test('is started once, whoever asks; all get its address', () => {
  const hub = createTestHub();
  expect(hub.ask('become_dask_request', { scheduler_args: { port: 1 } })).toBeUndefined();
  expect(hub.ask('become_dask_request')).toBeUndefined();
  expect(hub.sentOf('dask.start')).toEqual([{ type: 'dask.start', args: { port: 1 } }]);
  hub.tell({ type: 'dask.started', address });
  const content = { status: 'ok', address, ip: '127.0.0.1', port: 8786 };
  expect(replies(hub, 'become_dask_reply').map((effect) => effect.content)).toEqual([content, content]);
  expect(hub.ask('become_dask_request')?.content).toEqual(content);
  expect(hub.sentOf('dask.start')).toHaveLength(1);
});

test('is stopped, and can be started again', () => {
  const hub = createTestHub();
  expect(hub.ask('stop_distributed_request')?.content).toEqual({ status: 'ok' });
  expect(hub.sentOf('dask.stop')).toHaveLength(0);
  hub.ask('become_dask_request');
  hub.tell({ type: 'dask.started', address });
  hub.ask('stop_distributed_request');
  expect(hub.sentOf('dask.stop')).toHaveLength(1);
  hub.ask('become_dask_request');
  expect(hub.sentOf('dask.start')).toHaveLength(2);
});

test('a stop that comes while it starts wins', () => {
  const hub = createTestHub();
  hub.ask('become_dask_request');
  hub.ask('stop_distributed_request');
  hub.tell({ type: 'dask.started', address });
  expect(hub.sentOf('dask.stop')).toHaveLength(1);
  expect(replies(hub, 'become_dask_reply')).toMatchObject([{ content: { status: 'error' } }]);
  expect(leftovers(hub.state)).toEqual([]);
});

test('where it cannot be had, all who wait are told why, and it is tried anew at the next request', () => {
  const hub = createTestHub();
  hub.ask('become_dask_request');
  hub.tell({ type: 'dask.failed', why: 'no distributed' });
  const error = { status: 'error', ename: 'ImportError', evalue: 'no distributed', engine_info: {} };
  expect(replies(hub, 'become_dask_reply')).toMatchObject([{ content: error }]);
  hub.ask('become_dask_request');
  expect(hub.sentOf('dask.start')).toHaveLength(2);
});

test('one that has ended by itself is not given to anybody', () => {
  const hub = createTestHub();
  hub.ask('become_dask_request');
  hub.tell({ type: 'dask.started', address });
  hub.tell({ type: 'dask.ended', why: 'killed' });
  expect(hub.ask('become_dask_request')).toBeUndefined();
  expect(hub.sentOf('dask.start')).toHaveLength(2);
  expect(hub.sentOf('dask.stop')).toHaveLength(0);
});
