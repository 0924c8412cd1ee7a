// A profile whose controller is stopped, killed and started again under engines and clients that stay.
import { join } from 'node:path';
import type { PartName } from '@muster/provision';
import type { Exit, Program } from '@muster/testkit';
import { startProgram, temporaryFolder } from '@muster/testkit';
import { homeIn, ourCommand } from './cluster.ts';
import type { Environment } from './python.ts';
import { runPython, startPython, startScript } from './python.ts';

export interface Restarting extends AsyncDisposable {
  readonly env: Environment;
  readonly folder: string;
  readonly profileDir: string;
  /** Folder of the connection files. */
  readonly security: string;
  readonly connectionFile: string;
  /** Starts our controller, and waits until it is ready. */
  start(args?: readonly string[]): Promise<Program>;
  /** Python's own controller. */
  startPythonController(args?: readonly string[]): Promise<Program>;
  pythonEngine(args?: readonly string[], part?: PartName): Promise<Program>;
  nodeEngine(args?: readonly string[]): Promise<Program>;
  /** Starts a script of python/ that goes on while controllers come and go. */
  startScript(script: string, args: readonly string[]): Promise<Program>;
  /** Waits until that many engines are registered; id → uuid. */
  registered(count: number): Promise<Record<string, string>>;
}

/** Ends a controller: by SIGTERM in good order, or by SIGKILL without a word. */
export const end = (program: Program, signal: 'SIGTERM' | 'SIGKILL'): Promise<Exit> => program.stop({ signal });

const startLimitMs = 60_000;

export async function createRestarting(more: Environment = {}): Promise<Restarting> {
  const folder = await temporaryFolder('restart');
  const env = { ...homeIn(folder.path), ...more };
  const profileDir = join(folder.path, 'profile');
  const security = join(profileDir, 'security');
  const profile = `--profile-dir=${profileDir}`;
  const programs: Program[] = [];
  const add = async (starting: Promise<Program>): Promise<Program> => {
    const program = await starting;
    programs.push(program);
    return program;
  };
  return {
    ...{ env, folder: folder.path, profileDir, security, connectionFile: join(security, 'ipcontroller-client.json') },
    async start(args = []) {
      const program = await add(startProgram([...ourCommand('ipcontroller'), profile, '--ping=250', ...args], { env }));
      await program.says(/connection files (written|reused)/, startLimitMs);
      return program;
    },
    async startPythonController(args = []) {
      const program = await add(startPython('ipyparallel.controller', [profile, '--ping=250', ...args], { env }));
      await program.says('heartbeat::subscription started', startLimitMs);
      return program;
    },
    pythonEngine: (args = [], part = 'ipyparallel') =>
      add(startPython('ipyparallel.engine', [profile, ...args], { env, part })),
    nodeEngine: (args = []) => add(startProgram([...ourCommand('ipengine'), profile, ...args], { env })),
    startScript: (script, args) => add(startScript(script, [security, ...args], { env })),
    registered: (count) => runPython('wait_for_engines.py', [security, String(count)], { env }),
    async [Symbol.asyncDispose]() {
      await Promise.all(programs.map((program) => program.stop()));
      await folder.remove();
    },
  };
}
