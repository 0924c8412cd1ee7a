// Config files as Python makes them, and as the documents have them. Needs PEER_PYTHON, a Python that has ipyparallel.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConfigProgram, configPrograms } from '@muster/config';
import { readPythonConfig } from '@muster/config/python-config';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { takeOver } from './take-over.ts';

const python = process.env.PEER_PYTHON;

/** Runs the file as Python does, and prints what it sets. */
const dump = `
import json, sys
from traitlets.config import PyFileConfigLoader
config = PyFileConfigLoader(sys.argv[1]).load_config()
values = {f"{name}.{trait}": value for name, section in config.items() for trait, value in section.items()}
print(json.dumps(values, default=lambda value: list(value) if isinstance(value, set) else value.decode()))
`;

/** Values as Python writes them: on a line, in ASCII, and over many lines. */
const write = `
import json, pprint, sys
values = json.load(sys.stdin)
print(json.dumps([[repr(value), ascii(value), pprint.pformat(value, width=20)] for value in values]))
`;

describe.skipIf(!python)('made by ipyparallel (skipped without PEER_PYTHON=a Python that has ipyparallel)', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'muster-python-config-'));
    const create = ['-m', 'IPython', 'profile', 'create', '--parallel', '--profile=x'];
    execFileSync(python!, create, { env: { ...process.env, IPYTHONDIR: folder }, stdio: 'pipe' });
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const made = (program: ConfigProgram): string =>
    readFileSync(join(folder, 'profile_x', `${program}_config.py`), 'utf8');

  test.each(configPrograms)('%s: as it is made, it sets nothing', async (program) => {
    const taken = await takeOver('', program, made(program));
    expect(taken).toMatchObject({ settings: [], leftOut: [] });
  });

  test.each(configPrograms)('%s: with every setting uncommented, it is read as Python reads it', async (program) => {
    const source = made(program).replaceAll(/^# (c\.\w+\.\w+ = )/gm, '$1');
    const path = join(folder, `${program}_all.py`);
    const { assignments, leftOut } = readPythonConfig(source);
    // It writes this default as no Python can be.
    expect(leftOut.filter(({ source: shown }) => !shown.includes("= <class '"))).toEqual([]);
    expect(assignments.length).toBeGreaterThan(100);
    writeFileSync(path, source.replaceAll(/^.* = <class '.*$/gm, ''));
    const wanted = JSON.parse(execFileSync(python!, ['-c', dump, path], { encoding: 'utf8' }));
    expect(Object.fromEntries(assignments.map(({ name, value }) => [name, value]))).toEqual(wanted);
    const taken = await takeOver('', program, source);
    expect(taken.settings.length + taken.leftOut.length).toBe(assignments.length + leftOut.length);
    expect(taken.settings.length).toBeGreaterThan(10);
    for (const { why } of taken.leftOut) expect(why).not.toMatch(/there is no setting|Did you mean/);
  });

  test('what Python writes is read as it was', () => {
    const values = fc.sample(fc.jsonValue({ maxDepth: 4 }), 300);
    const input = JSON.stringify(values);
    const written: string[][] = JSON.parse(execFileSync(python!, ['-c', write], { input, encoding: 'utf8' }));
    const wanted: unknown[] = JSON.parse(input);
    for (const [i, forms] of written.entries())
      for (const form of forms) {
        // In brackets, since pprint breaks lines.
        const { assignments, leftOut } = readPythonConfig(`c.A.b = (${form})\n`);
        if (leftOut.length > 0) expect(leftOut[0]?.why).toMatch(/is too large/);
        else expect(assignments[0]?.value).toEqual(wanted[i]);
      }
  });
});
