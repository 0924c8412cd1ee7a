// Python's own controller or ours, as a process of its own in a folder of its own, with the same arguments.
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { JsonObject } from '@muster/protocol';
import { find, pythonIn } from '@muster/provision';
import type { Program } from '@muster/testkit';
import { freePorts, startProgram, temporaryFolder, until } from '@muster/testkit';

/** Whose controller: that of ipyparallel 9.2, or Muster's. */
export type Whose = 'theirs' | 'ours';

export interface ControllerOptions {
  /** Behind `--profile-dir`, for both alike. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Default: one of its own, which goes with it. */
  readonly profileDir?: string;
}

export interface StartedController extends AsyncDisposable {
  readonly whose: Whose;
  readonly profileDir: string;
  /** What the two connection files say, unchecked. */
  readonly files: { readonly client: JsonObject; readonly engine: JsonObject };
  readonly program: Program;
  /** Ends it and all that it started, and removes its folder. */
  stop(): Promise<void>;
}

const ourController = [process.execPath, join(import.meta.dirname, '../../../../packages/cli/bin/ipcontroller.js')];

const portsEach = 30;
const taken = new Set<number>();

/**
 * Ports that nobody else gets. Python's controller looks for free ports, lets go of them and binds them again a moment later,
 * in other processes: what starts beside it may get in between.
 */
async function ownPorts(): Promise<string> {
  for (;;) {
    const first = await freePorts(portsEach);
    const range = Array.from({ length: portsEach }, (_, i) => first + i);
    if (range.some((port) => taken.has(port))) continue;
    for (const port of range) taken.add(port);
    return `--ports=${first}-${first + portsEach - 1}`;
  }
}

let looked: Promise<string> | undefined;

/** Looked for once: to see whether a Python works takes a moment. */
function pythonSide(): Promise<string> {
  looked ??= find('ipyparallel').then((found) => {
    if (found.present) return pythonIn(found.folder);
    throw new Error(`${found.title} is missing: E2E_PROVISION=1 npm run e2e -- wire installs it`);
  });
  return looked;
}

/** Both find Python's side first on PATH: ours, too, may start a dask scheduler from it. */
async function commandOf(whose: Whose): Promise<{ argv: string[]; path: string }> {
  const python = await pythonSide();
  const argv = whose === 'ours' ? ourController : [python, '-m', 'ipyparallel.controller'];
  return { argv, path: `${dirname(python)}:${process.env.PATH}` };
}

const readJson = async (file: string): Promise<JsonObject> => JSON.parse(await readFile(file, 'utf8'));

/** Starts a controller and waits for its connection files; rejects with what it said when they do not come. */
export async function startController(whose: Whose, options: ControllerOptions = {}): Promise<StartedController> {
  const { argv, path } = await commandOf(whose);
  const folder = await temporaryFolder('wire');
  const profileDir = options.profileDir ?? join(folder.path, 'profile');
  const args = [`--profile-dir=${profileDir}`, await ownPorts(), ...(options.args ?? [])];
  const program = await startProgram([...argv, ...args], {
    cwd: folder.path,
    env: {
      HOME: folder.path,
      IPYTHONDIR: join(folder.path, 'ipython'),
      TMPDIR: folder.path,
      PATH: path,
      PYTHONDONTWRITEBYTECODE: '1',
      ...options.env,
    },
  });
  async function stop(): Promise<void> {
    await program.stop();
    await folder.remove();
  }
  const file = (role: string): string => join(profileDir, `security/ipcontroller-${role}.json`);
  try {
    // The engines' file is written last.
    const written = until(() => readJson(file('engine')), {
      what: () => `the connection files. The controller said:\n${program.output}`,
      timeoutMs: 30_000,
    });
    const ended = program.exited.then(() => {
      throw new Error(`The controller ended. It said:\n${program.output}`);
    });
    const engine = await Promise.race([written, ended]);
    written.catch(() => {});
    ended.catch(() => {});
    const client = await readJson(file('client'));
    return { whose, profileDir, files: { client, engine }, program, stop, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
