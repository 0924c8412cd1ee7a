// A controller of ours with engines of both kinds, in a folder that goes with it.
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PartName } from '@muster/provision';
import type { Program } from '@muster/testkit';
import { startProgram, temporaryFolder, until } from '@muster/testkit';
import type { Environment } from './python.ts';
import { runPython, startPython } from './python.ts';

/** The argv of one of our commands, as installed in the checkout. */
export const ourCommand = (name: 'ipcontroller' | 'ipengine' | 'ipcluster'): string[] => [
  process.execPath,
  join(import.meta.dirname, `../../../packages/cli/bin/${name}.js`),
];

/** A home of its own, so that nothing is read from or written into the real one. */
export const homeIn = (folder: string): Environment => ({
  HOME: folder,
  IPYTHONDIR: join(folder, 'ipython'),
  TMPDIR: folder,
});

export interface TestCluster extends AsyncDisposable {
  readonly env: Environment;
  readonly profileDir: string;
  /** Folder of the connection files. */
  readonly security: string;
  readonly controller: Program;
  startPythonEngine(part?: PartName): Promise<Program>;
  startNodeEngine(): Promise<Program>;
  /** Waits until that many engines are registered; id → uuid. */
  registered(count: number): Promise<Record<string, string>>;
  stop(): Promise<void>;
}

/** Starts our controller, with short heartbeats, and waits for its connection files. */
export async function startCluster(args: readonly string[] = [], more: Environment = {}): Promise<TestCluster> {
  const folder = await temporaryFolder('interop');
  const env = { ...homeIn(folder.path), ...more };
  const profileDir = join(folder.path, 'profile');
  const security = join(profileDir, 'security');
  await mkdir(env.IPYTHONDIR!, { recursive: true });
  const command = [...ourCommand('ipcontroller'), `--profile-dir=${profileDir}`, '--ping=250', ...args];
  const programs = [await startProgram(command, { env })];
  const controller = programs[0]!;
  await until(() => existsSync(join(security, 'ipcontroller-engine.json')) || controller.exit, {
    what: () => `the connection files. The controller said:\n${controller.output}`,
  });
  const add = async (starting: Promise<Program>): Promise<Program> => {
    const program = await starting;
    programs.push(program);
    return program;
  };
  async function stop(): Promise<void> {
    await Promise.all(programs.map((program) => program.stop()));
    await folder.remove();
  }
  const profile = `--profile-dir=${profileDir}`;
  return {
    env,
    profileDir,
    security,
    controller,
    startPythonEngine: (part) => add(startPython('ipyparallel.engine', [profile], { env, ...(part ? { part } : {}) })),
    startNodeEngine: () => add(startProgram([...ourCommand('ipengine'), profile], { env })),
    registered: (count) => runPython('wait_for_engines.py', [security, String(count)], { env }),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
