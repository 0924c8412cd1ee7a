import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { LaunchSpec } from '../port.ts';
import type { BatchOrder } from './batch-script.ts';
import { buildBatchScript } from './batch-script.ts';
import { pbs } from './systems/pbs.ts';

const spec: LaunchSpec = {
  command: ['/opt/node', '/opt/ipengine.js', '--log-level=20', "--IPEngine.startup_command=print('x')"],
  n: 128,
  identifier: 'ipengine-1795348217',
  numbered: true,
  profileDir: '/home/you/.ipython/profile_pbs',
  clusterId: '',
  environment: { MUSTER_TRANSPORT: 'own', IPP_CURVE_SECRETKEY: undefined },
  workDir: '/home/you/work',
  delayMs: 0,
};
const order: BatchOrder = {
  ...{ role: 'engine', spec, command: spec.command, queue: '', namespace: {}, further: {} },
  outputFile: '/home/you/.ipython/profile_pbs/log/ipengine-1795348217.log',
};
const build = (change: Partial<BatchOrder>): string => buildBatchScript(pbs, { ...order, ...change });

const prologue = `
export IPP_CLUSTER_ID=''
export IPP_PROFILE_DIR=/home/you/.ipython/profile_pbs
export MUSTER_TRANSPORT=own
unset IPP_CURVE_SECRETKEY
cd /home/you/work || :
muster_log=/home/you/.ipython/profile_pbs/log/ipengine-1795348217.log
muster_task=\${PBS_ARRAYID:-\${PBS_ARRAY_INDEX:-\${SLURM_ARRAY_TASK_ID:-}}}
case $muster_task in
  '' | *[!0-9]*) ;;
  *) muster_log=\${muster_log%.log}-$((muster_task - 1)).log ;;
esac
[ ! -w "$(dirname "$muster_log")" ] || exec >>"$muster_log" 2>&1
`;

test('the usual script of engines has a task for each', () => {
  expect(build({ queue: 'veryshort.q' })).toBe(`#!/bin/sh
#PBS -q veryshort.q
#PBS -j oe
#PBS -o /dev/null
#PBS -t 1-128
#PBS -V
#PBS -N ipengine
${prologue}
/opt/node /opt/ipengine.js --log-level=20 '--IPEngine.startup_command=print('\\''x'\\'')'
`);
});

test('one engine, and a controller, have none; OpenPBS names them otherwise', () => {
  expect(build({ spec: { ...spec, n: 1 } })).not.toContain('-t 1-');
  const controller = build({ role: 'controller', spec: { ...spec, n: 1 } });
  expect(controller).toContain('#PBS -N ipcontroller\n');
  expect(controller).not.toContain('-t 1-');
  const { array } = pbs.versions!;
  expect(build({ array: array('pbs_version = 23.06.06') })).toContain('#PBS -J 1-128\n');
  expect(array('Version: 6.1.3')).toBe('#PBS -t 1-{n}');
});

const document = `#PBS -N ipython
#PBS -j oe
#PBS -l walltime=00:10:00
#PBS -l nodes={n//4}:ppn=4
#PBS -q {queue}

cd $PBS_O_WORKDIR
export PATH=$HOME/usr/local/bin
export PYTHONPATH=$HOME/usr/local/lib/python2.7/site-packages
/usr/local/bin/mpiexec -n {n} ipengine --profile-dir={profile_dir}
`;

test('the template of the old document is filled in', () => {
  const template = { text: document, title: 'PBSEngineSetLauncher.batch_template' };
  expect(build({ template, queue: 'short' })).toBe(`#!/bin/sh
#PBS -j oe
#PBS -o /dev/null
#PBS -N ipython
#PBS -j oe
#PBS -l walltime=00:10:00
#PBS -l nodes=32:ppn=4
#PBS -q short
${prologue.replace(/^/, '\n')}
cd $PBS_O_WORKDIR
export PATH=$HOME/usr/local/bin
export PYTHONPATH=$HOME/usr/local/lib/python2.7/site-packages
/usr/local/bin/mpiexec -n 128 ipengine --profile-dir=/home/you/.ipython/profile_pbs
`);
});

test('what a template says itself is not added; all names can be used', () => {
  const text = `#!/bin/bash
#PBS -q long -o /scratch/out
#PBS -l walltime={walltime}
# {cluster_id}|{output_file}|{program}|{environment_json}
{program} {program_args}
`;
  const script = build({ template: { text, title: 't' }, queue: 'short', namespace: { walltime: '1:00:00' } });
  expect(script).toMatch(/^#!\/bin\/bash\n#PBS -q long -o \/scratch\/out\n#PBS -l walltime=1:00:00\n# \|\/home/);
  expect(script).toContain(
    '|/opt/node|{"IPP_CLUSTER_ID":"","IPP_PROFILE_DIR":"/home/you/.ipython/profile_pbs","MUSTER_TRANSPORT":"own"}',
  );
  expect(script).not.toContain('muster_log');
  expect(script).toContain("\n/opt/node /opt/ipengine.js --log-level=20 '--IPEngine");
});

test('a script of another language is left as it is', () => {
  const text = '#!/usr/bin/python3\n#PBS -o x\nprint({n})\n';
  expect(build({ template: { text, title: 't' } })).toBe('#!/usr/bin/python3\n#PBS -o x\nprint(128)\n');
});

test.each([
  [{ queue: '-x' }, /cannot be the name of a queue/],
  [
    { template: { text: '#PBS -l {walltime}\n', title: 'The template /t' } },
    /The template \/t has {walltime}, which is nothing/,
  ],
] as const)('bad input: %j', (change, message) => expect(() => build(change)).toThrow(message));

test('the shell runs it: a log for each task, and the environment', () => {
  const folder = mkdtempSync(join(tmpdir(), 'muster-batch-script-'));
  try {
    const command = ['/bin/sh', '-c', `echo "$IPP_PROFILE_DIR $QUOTED $(pwd) $1"`, 'x', "it's"] as const;
    const script = build({
      ...{ command, outputFile: join(folder, 'engine.log') },
      spec: { ...spec, workDir: folder, environment: { QUOTED: `a'b "c" $d` } },
    });
    const run = (env: NodeJS.ProcessEnv): string =>
      spawnSync('/bin/sh', ['-c', script], { encoding: 'utf8', env: { PATH: process.env.PATH, ...env } }).stdout;
    expect(run({}) + run({ PBS_ARRAYID: '3' }) + run({ PBS_ARRAYID: 'undefined' })).toBe('');
    const line = `/home/you/.ipython/profile_pbs a'b "c" $d ${folder} it's\n`;
    expect(readFileSync(join(folder, 'engine.log'), 'utf8')).toBe(line + line);
    expect(readFileSync(join(folder, 'engine-2.log'), 'utf8')).toBe(line);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
