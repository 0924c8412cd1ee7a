// The systems that are compared: how each starts a cluster or a controller, in a folder of its own.
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { find, pythonIn } from '@muster/provision';
import type { Program } from '@muster/testkit';
import { startProgram, temporaryFolder, until } from '@muster/testkit';

export interface System {
  readonly name: string;
  readonly cluster: readonly string[];
  readonly controller: readonly string[];
  /** The Python of a peer; undefined for ours. */
  readonly python?: string;
}

const ours = (name: string): string[] => [
  process.execPath,
  join(import.meta.dirname, `../../../packages/cli/bin/${name}.js`),
];

export const muster: System = { name: 'Muster', cluster: ours('ipcluster'), controller: ours('ipcontroller') };

/** Python's ipyparallel, where it is installed; else says by which line it gets there. */
export async function findPeer(): Promise<System | undefined> {
  const found = await find('ipyparallel');
  if (!found.present) {
    console.log(`Without ${found.title}, which is missing. Install it by: E2E_PROVISION=1 npm run e2e -- interop`);
    return undefined;
  }
  const python = pythonIn(found.folder);
  return {
    name: found.title,
    cluster: [python, '-m', 'ipyparallel.cluster'],
    controller: [python, '-m', 'ipyparallel.controller'],
    python,
  };
}

export interface Running extends AsyncDisposable {
  readonly env: Readonly<Record<string, string>>;
  readonly clientFile: string;
  readonly engineFile: string;
  readonly program: Program;
  /** performance.now() just before the program was started. */
  readonly begunMs: number;
  controllerPid(): Promise<number>;
}

/** Starts `argv --profile-dir=…` in a new folder and waits for its connection files. */
export async function startIn(argv: readonly string[]): Promise<Running> {
  const folder = await temporaryFolder('bench');
  const profileDir = join(folder.path, 'profile');
  const env = { HOME: folder.path, IPYTHONDIR: join(folder.path, 'ipython') };
  await mkdir(env.IPYTHONDIR);
  const clientFile = join(profileDir, 'security/ipcontroller-client.json');
  const engineFile = join(profileDir, 'security/ipcontroller-engine.json');
  const begunMs = performance.now();
  const program = await startProgram([...argv, `--profile-dir=${profileDir}`], { env });
  await until(() => (existsSync(clientFile) && existsSync(engineFile)) || program.exit, {
    everyMs: 5,
    timeoutMs: 60_000,
    what: () => `${clientFile}. ${argv.join(' ')} said:\n${program.output}`,
  });
  if (program.exit) throw new Error(`${argv.join(' ')} ended:\n${program.output}`);
  return {
    env,
    clientFile,
    engineFile,
    program,
    begunMs,
    async controllerPid() {
      const file = join(profileDir, 'security/cluster-.json');
      return JSON.parse(await readFile(file, 'utf8')).controller.state.pid;
    },
    async [Symbol.asyncDispose]() {
      await program.stop({ graceMs: 20_000 });
      await folder.remove();
    },
  };
}
