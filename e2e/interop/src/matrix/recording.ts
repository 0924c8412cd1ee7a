// What stands above a recording.
import { availableParallelism } from 'node:os';
import { runProgram } from '@muster/testkit';
import type { Row } from './jobs.ts';
import type { Results } from './results.ts';
import { startOf } from './settings.ts';

const versions = `import platform
from importlib.metadata import version
print("Python", platform.python_version() + "," , ", ".join(f"{name} {version(name)}" for name in ("ipyparallel", "ipykernel", "pyzmq", "pymongo")))`;

export async function recordingHead({ setting }: Row, python: string, results: Results): Promise<string[]> {
  const { stdout } = await runProgram([python, '-c', versions]);
  const { store, args } = startOf(setting.values, 'python', undefined);
  const month = new Date().toISOString().slice(0, 10);
  const notPassed = [...results.values()].filter(({ outcome }) => outcome !== 'passed').length;
  return [
    `Python's own controller, started with ${[store, ...args].join(' ')}${setting.values.curve === 'off' ? '' : ' and IPP_ENABLE_CURVE=1'}: outcome, seconds, test.`,
    `Recorded ${month} by npm run e2e -- interop --record --setting ${setting.name}, on ${availableParallelism()} cores: ${stdout.trim()}.`,
    `Of ${results.size} tests ${notPassed} do not pass, also not alone.`,
  ];
}
