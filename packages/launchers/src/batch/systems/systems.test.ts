import { expect, test } from 'vitest';
import type { LaunchSpec } from '../../port.ts';
import { buildBatchScript } from '../batch-script.ts';
import { pbs } from './pbs.ts';
import { parseQstatTable, sge } from './sge.ts';
import { parseSqueue, slurm } from './slurm.ts';

const spec: LaunchSpec = {
  ...{ command: ['/opt/ipengine'], n: 4, identifier: 'e', numbered: true, profileDir: '/p', clusterId: 'lab' },
  ...{ environment: {}, workDir: '/w', delayMs: 0 },
};
const order = {
  role: 'engine',
  spec,
  command: spec.command,
  queue: 'short',
  namespace: {},
  outputFile: '/p/log/e.log',
} as const;
const directivesOf = (script: string, prefix: string): string[] =>
  script.split('\n').filter((line) => line.startsWith(prefix));

test("Slurm's script: what is set and not said is added", () => {
  const script = buildBatchScript(slurm, {
    ...order,
    further: { account: 'a1', timelimit: '1:00:00', options: '--mem=1G -x b' },
  });
  expect(directivesOf(script, '#')).toEqual([
    '#!/bin/sh',
    '#SBATCH --partition=short',
    '#SBATCH --output=/dev/null',
    '#SBATCH --account=a1',
    '#SBATCH --time=1:00:00',
    '#SBATCH --mem=1G -x b',
    '#SBATCH --ntasks=4',
    '#SBATCH --export=ALL',
    '#SBATCH --job-name=ipengine-lab',
  ]);
  expect(script).toMatch(/\nsrun --kill-on-bad-exit=0 \/opt\/ipengine\n$/);
  expect(script).toContain('muster_log=/p/log/e.log\nmuster_task=\n');
  const text = '#!/bin/sh\n#SBATCH -A mine -n{n} --output=x\n{program} {account}\n';
  const own = buildBatchScript(slurm, { ...order, further: { account: 'a1' }, template: { text, title: 't' } });
  expect(directivesOf(own, '#SBATCH')).toEqual(['#SBATCH --partition=short', '#SBATCH -A mine -n4 --output=x']);
  expect(own).toMatch(/\/opt\/ipengine a1\n$/);
});

test("SGE's script", () => {
  const script = buildBatchScript(sge, { ...order, further: {} });
  expect(directivesOf(script, '#')).toEqual([
    '#!/bin/sh',
    '#$ -q short',
    '#$ -j y',
    '#$ -o /dev/null',
    '#$ -t 1-4',
    '#$ -V',
    '#$ -S /bin/sh',
    '#$ -N ipengine',
  ]);
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell's.
  expect(script).toContain('muster_task=${SGE_TASK_ID:-}\n');
});

test.each([
  [pbs, '12.head\n', '12.head'],
  [pbs, 'a note about 3 things\n8[].server\n', '8[].server'],
  [pbs, 'qsub: nothing\n', undefined],
  [slurm, 'Submitted batch job 34\n', '34'],
  [slurm, '34;cluster\n', '34'],
  [slurm, 'sbatch: error: 7\n', undefined],
  [sge, 'Your job 5 ("ipcontroller") has been submitted\n', '5'],
  [sge, 'Your job-array 6.1-4:1 ("ipengine") has been submitted\n', '6'],
  [sge, 'Unable to run job\n', undefined],
] as const)('%o finds the number of a job in %j', (system, said, id) => expect(system.jobIdIn(said)).toBe(id));

test("squeue's answers", () => {
  expect(
    parseSqueue('RUNNING|None\nPENDING|Resources\nPENDING|None\nTIMEOUT|TimeLimit\nslurm_load_jobs error\n'),
  ).toEqual([
    { state: 'running', reason: '' },
    { state: 'queued', reason: 'waits in the queue (Resources)' },
    { state: 'queued', reason: 'waits in the queue' },
    { state: 'ended', reason: 'is timeout (TimeLimit)' },
  ]);
});

test("SGE's table: only the lines of that job", () => {
  const table = `job-ID  prior   name       user         state submit/start at     queue      slots ja-task-ID
-------------------------------------------------------------------------------------------------
      6 0.55500 ipengine   you          r     11/23/2026 10:00:00 short@a        1 1
      6 0.55500 ipengine   you          Eqw   11/23/2026 10:00:00                1 2
      6 0.00000 ipengine   you          qw    11/23/2026 10:00:00                1 3,4
     61 0.00000 other      you          hqw   11/23/2026 10:00:00                1
`;
  expect(parseQstatTable(table, '6').map(({ state }) => state)).toEqual(['running', 'queued', 'queued']);
  expect(parseQstatTable(table, '6')[1]?.reason).toContain('qstat -j 6');
  expect(parseQstatTable(table, '61')).toEqual([{ state: 'queued', reason: 'is held' }]);
  expect(parseQstatTable('', '6')).toEqual([]);
});
