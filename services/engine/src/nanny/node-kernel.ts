// Node's kernel: a child process that runs JavaScript and TypeScript.
import { spawn } from 'node:child_process';
import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';
import type { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { ToNanny } from '../ipc.ts';
import { withoutSecrets } from '../secrets.ts';
import type { KernelExit, KernelKind, KernelProcess, KernelStart } from './kernel-process.ts';

export const nodeKernel: KernelKind = { name: 'node', mayFail: false, start: spawnKernel };

// When a loop is interrupted its frames vanish, and with them Node's book-keeping of async ids; only a check of that
// would notice, by ending the process.
const nodeOptions = ['--no-force-async-hooks-checks', '--disable-warning=ExperimentalWarning'];

function spawnKernel({ cwd, env, onMessage }: KernelStart): KernelProcess {
  const extension = import.meta.filename.endsWith('.ts') ? 'ts' : 'js';
  const entry = new URL(`../kernel/main.${extension}`, import.meta.url);
  const child = spawn(process.execPath, [...nodeOptions, fileURLToPath(entry)], {
    ...(cwd === undefined ? {} : { cwd }),
    env: kernelEnvironment(env),
    stdio: ['ignore', 'inherit', 'inherit', 'ipc', 'pipe'],
  });
  const watch = child.stdio[4] as Writable;
  watch.on('error', () => {});
  child.on('message', (message) => onMessage(message as ToNanny));
  const exited = new Promise<KernelExit>((resolve) => {
    child.on('exit', (code, signal) => resolve({ code, signal }));
    // Not started at all; also what goes wrong with a signal or a message ends here.
    child.on('error', () => child.pid === undefined && resolve({ code: 127, signal: null }));
  });
  return {
    exited,
    send: (message) => void (child.connected && child.send(message, () => {})),
    alarm(serial) {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32LE(serial);
      watch.write(bytes);
    },
    kill: (signal) => void child.kill(signal),
  };
}

/** Without keys, which user code could read, and with our compile cache, which halves the start. */
function kernelEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = withoutSecrets(env);
  const cache = getCompileCacheDir();
  return cache === undefined ? kept : { NODE_COMPILE_CACHE: dirname(cache), ...kept };
}
