import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildJob, jobName, qsubArguments } from './job.ts';

const engine = {
  kernel: 'node',
  command: ['/opt/engine'],
  env: [{ name: 'A', value: "it's" }],
  workDir: '~/work',
} as const;

test('the script: head of the template, environment and log, body', () => {
  const template = '#!/bin/sh\n#PBS -l nodes={n//2}:ppn=2\n# {queue}\n\nmpiexec -n {n} echo {launch_id}\n';
  const job = buildJob({ id: 'training-x7k2p', n: 4 }, { queue: 'short', template }, engine, '{"key": "k"}');
  expect(job).toBe(`#!/bin/sh
#PBS -l nodes=2:ppn=2
# short

umask 077
: "\${HOME:=$(cd ~ && pwd)}"
muster_folder=$HOME/.muster/launches/training-x7k2p
mkdir -p "$HOME/.muster/launches"
exec 3>&1
if mkdir "$muster_folder" 2>/dev/null; then
  # Not the folder of the machine that has qsub: no file system is shared, and this one goes with the job.
  trap 'tail -c 10000 "$muster_folder/log" >&3; rm -rf "$muster_folder"' EXIT
  trap 'exit 143' TERM INT HUP
fi
exec >>"$muster_folder/log" 2>&1 </dev/null
export A='it'\\''s'
export IPP_CONNECTION_INFO='{"key": "k"}'
export MUSTER_LAUNCH=training-x7k2p
cd "$HOME"/work || exit

mpiexec -n 4 echo training-x7k2p
`);
});

test('the usual template starts each engine with its uuid; what it says goes to the log', () => {
  const home = mkdtempSync(join(tmpdir(), 'muster-job-'));
  try {
    const show = { ...engine, command: ['/bin/sh', '-c', 'echo "$A $1 $IPP_CONNECTION_INFO"', 'engine'] };
    mkdirSync(join(home, 'work'));
    const job = buildJob({ id: 'x', n: 3 }, {}, show, 'secret');
    const run = () =>
      spawnSync('/bin/sh', ['-c', job], { encoding: 'utf8', env: { HOME: home, PATH: process.env.PATH } });
    const lines = ['0', '1', '2'].map((i) => `it's --Session.session=x-${i} secret`);
    const engineLines = (text: string): string[] =>
      text
        .split('\n')
        .filter((line) => line.startsWith("it's"))
        .sort();
    // A folder of its own goes with the job, and the end of the log to what the batch system keeps.
    expect(engineLines(run().stdout)).toEqual(lines);
    expect(readdirSync(join(home, '.muster/launches'))).toEqual([]);
    // A shared one stays.
    mkdirSync(join(home, '.muster/launches/x'));
    expect(run().stdout).toBe('');
    expect(engineLines(readFileSync(join(home, '.muster/launches/x/log'), 'utf8'))).toEqual(lines);
  } finally {
    rmSync(home, { recursive: true });
  }
});

test('names of jobs: short, beginning with a letter, with the part that differs', () => {
  expect(jobName('training-x7k2p')).toBe('training-x7k2p');
  expect(jobName('hyperparameters-x7k2p')).toBe('rameters-x7k2p'.padStart(15, 'a'));
  expect(jobName('9-x7k2p')).toBe('j9-x7k2p');
  expect(jobName('hyperparameter-99-x7k2p').length).toBe(15);
  expect(jobName('a0123456789-12345')).toMatch(/^[a-z].{14}$/);
});

test('words for qsub; a queue that could be an option is refused', () => {
  expect(qsubArguments('a-1', { queue: 'short@server', args: ['-A', 'account'] })).toEqual(
    '-N a-1 -q short@server -j oe -o /dev/null -A account'.split(' '),
  );
  expect(qsubArguments('a-1', {})).not.toContain('-q');
  for (const queue of ['-x', 'a b', '', 'a;b']) expect(() => qsubArguments('a', { queue })).toThrow(/name of a queue/);
});
