import { expect, test } from 'vitest';
import { hottest } from './profiles.ts';

const node = (id: number, functionName: string, url: string, lineNumber: number) => ({
  id,
  callFrame: { functionName, url, lineNumber },
});

test('functions by their own share of the time that was not idle', () => {
  const nodes = [
    node(1, '(idle)', '', -1),
    node(2, 'step', 'file:///somewhere/services/hub/src/core/step.ts', 9),
    node(3, '', 'file:///somewhere/packages/bus/src/a.ts', 0),
    node(4, 'step', 'file:///somewhere/services/hub/src/core/step.ts', 9),
  ];
  expect(hottest({ nodes, samples: [1, 2, 3, 4], timeDeltas: [1000, 50, 25, 25] }, 5)).toEqual([
    { where: 'step services/hub/src/core/step.ts:10', share: 0.75 },
    { where: '(anonymous) packages/bus/src/a.ts:1', share: 0.25 },
  ]);
});
