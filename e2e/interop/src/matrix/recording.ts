// Writes down what Python's controller does in a setting.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { runProgram } from '@muster/testkit';
import type { Row } from './jobs.ts';
import type { Results } from './results.ts';
import { baselineFile, formatBaseline, mergeRecordings, parseBaseline } from './results.ts';
import { startOf } from './settings.ts';

const script = `import platform
from importlib.metadata import version
names = "ipyparallel", "ipykernel", "pyzmq", "pymongo"
print(", ".join(["Python " + platform.python_version(), *(f"{name} {version(name)}" for name in names)]))`;

/** As `Python 3.11.7, ipyparallel 9.2.0, …`. */
export async function pythonVersions(python: string): Promise<string> {
  return (await runProgram([python, '-c', script])).stdout.trim();
}

/** Together with what the file says already; remove the file to begin anew. Gives its path. */
export async function writeRecording({ setting }: Row, versions: string, results: Results): Promise<string> {
  const file = baselineFile(setting);
  await mkdir(dirname(file), { recursive: true });
  const earlier = parseBaseline(await readFile(file, 'utf8').catch(() => ''));
  const all = mergeRecordings(earlier, results, Object.keys(setting.leftOut ?? {}));
  const { store, args } = startOf(setting.values, 'python', undefined);
  const arguments_ = [store, ...args].join(' ');
  const curve = setting.values.curve === 'off' ? '' : ' and IPP_ENABLE_CURVE=1';
  const notPassed = [...all.values()].filter(({ outcome }) => outcome !== 'passed').length;
  const head = [
    `Python's own controller, started with ${arguments_}${curve}: outcome, seconds, test.`,
    `Recorded by npm run e2e -- interop --record --setting ${setting.name}, last on ${new Date().toISOString().slice(0, 10)},`,
    `on ${availableParallelism()} cores: ${versions}.`,
    `Of ${all.size} tests ${notPassed} passed in no recording, nor alone.`,
  ];
  await writeFile(file, formatBaseline(head, all));
  return file;
}
