// The engine as a process of its own, e.g. in a container. `ipengine` of packages/cli is the same with --help.
import module from 'node:module';
import { parseWithProfile } from '@muster/config';
import { MusterError } from '@muster/protocol';
import { runEngine } from './run.ts';
import { engineSettings } from './settings.ts';

module.enableCompileCache();
try {
  const { argv, env } = process;
  const { values, warnings, given, rest } = await parseWithProfile(engineSettings, argv.slice(2), env, {
    program: 'ipengine',
  });
  for (const warning of warnings) process.stderr.write(`engine: ${warning}\n`);
  process.exitCode = await runEngine(values, env, { given, rest });
} catch (error) {
  const text = error instanceof MusterError ? `${error.message}\n${error.remedy}` : String((error as Error).stack);
  process.stderr.write(`engine: ${text}\n`);
  process.exitCode = error instanceof MusterError ? error.exitStatus : 1;
}
