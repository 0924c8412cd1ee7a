import { silentLogger } from '@muster/telemetry';
import { expect, test } from 'vitest';
import { createDropLog } from './drop-log.ts';

test('one line a second for each cause, with the number of those in between', () => {
  let nowUs = 1;
  const lines: object[] = [];
  const log = createDropLog({ ...silentLogger, warn: (fields) => lines.push(fields) }, { nowUs: () => nowUs });
  for (let i = 0; i < 100; i++) log.drop('bad_signature', 'detail', 'client');
  log.drop('bad_signature', 'detail', 'engine');
  log.drop('replayed', 'detail', 'client');
  expect(lines).toHaveLength(3);
  nowUs += 1_000_001;
  log.drop('bad_signature', 'detail', 'client');
  expect(lines.at(-1)).toMatchObject({ cause: 'bad_signature', from: 'client', unsaid: 99 });
  expect(log.dropped).toEqual({ client: 102, engine: 1 });
});
