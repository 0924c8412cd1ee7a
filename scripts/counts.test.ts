import { expect, test } from 'vitest';
import { formatCounts, judge, parseCounts } from './counts.ts';

test('counts are read from the last plain line', () => {
  const counts = { passed: 12, failed: 0, skipped: 3 };
  expect(parseCounts(`noise\n1 passed, 2 failed, 3 skipped\n${formatCounts(counts)}\n`)).toEqual(counts);
  expect(parseCounts('it says 1 passed, 2 failed, 3 skipped')).toBeUndefined();
});

test('a gate that checked nothing, or fell over, has failed', () => {
  expect(judge({ passed: 0, failed: 0, skipped: 0 }, 0)).toMatchObject({
    counts: { failed: 1 },
    why: 'checked nothing',
  });
  expect(judge(undefined, 0)).toMatchObject({ counts: { failed: 1 } });
  expect(judge({ passed: 5, failed: 0, skipped: 0 }, 3)).toMatchObject({ counts: { passed: 5, failed: 1 } });
  expect(judge({ passed: 5, failed: 2, skipped: 0 }, 1)).toEqual({ counts: { passed: 5, failed: 2, skipped: 0 } });
  expect(judge({ passed: 0, failed: 0, skipped: 1 }, 0)).toEqual({ counts: { passed: 0, failed: 0, skipped: 1 } });
});
