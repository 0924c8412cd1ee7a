// Runs src/<command>.ts on Node 24. Plain JavaScript: it must also start on an older Node, and then hands over to the
// Node 24 that comes with the checkout.
import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import module from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const checkout = join(here, '../../..');
const oldest = 24;
/**
 * Flags of Node, by command. The controller's young generation is kept small: what it handles lives for milliseconds, and
 * with the default size it would hold 150 MB more of garbage that is not collected yet. It gives back what its start needed.
 * @type {Record<string, string[]>}
 */
const flags = {
  ipcontroller: ['--max-semi-space-size=8', '--expose-gc'],
  'muster controller': ['--max-semi-space-size=8', '--expose-gc'],
  'muster service': ['--max-semi-space-size=8', '--expose-gc'],
};
/** @param {string} command */
const flagsOf = (command) => flags[command] ?? flags[`${command} ${process.argv[2]}`] ?? [];

/**
 * @param {string} command
 * @param {() => Promise<{ main: (argv: readonly string[], env: NodeJS.ProcessEnv) => Promise<number> }>} load
 */
export async function boot(command, load) {
  if (Number(process.versions.node.split('.')[0]) < oldest) return handOver(command);
  const missing = flagsOf(command).filter((flag) => !process.execArgv.includes(flag));
  // The same process begins again with the flags; whoever started us sees no difference.
  if (missing.length > 0 && typeof process.execve === 'function' && !process.channel)
    process.execve(
      process.execPath,
      [process.execPath, ...missing, ...process.execArgv, ...process.argv.slice(1)],
      process.env,
    );
  // Handed over by an older Node that is gone: nobody is left who could stop us.
  if (process.channel) {
    process.channel.unref();
    process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  }
  // Who reads our output may go (`| head`): that ends no cluster.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  useCompileCache();
  const { main } = await load();
  const status = await main(process.argv.slice(2), process.env);
  process.exitCode = status;
  // A handle that was forgotten must not keep a finished command alive.
  setTimeout(() => process.exit(status), 2000).unref();
}

/** Stripped and compiled sources are kept, where that is allowed: a start costs half. */
function useCompileCache() {
  const directory = join(checkout, 'node_modules/.cache/muster-compile');
  try {
    mkdirSync(directory, { recursive: true });
    accessSync(directory, constants.W_OK);
    module.enableCompileCache(directory);
  } catch {}
}

/** @param {string} command */
async function handOver(command) {
  const node = [join(checkout, 'node_modules/node/bin/node'), join(checkout, 'node_modules/.bin/node')].find(
    existsSync,
  );
  if (node === undefined) {
    console.error(
      `Node ${process.versions.node} is too old: install Node ${oldest}, or run npx pnpm install here first.`,
    );
    process.exitCode = 1;
    return;
  }
  const args = [...flagsOf(command), join(here, `${command}.js`), ...process.argv.slice(2)];
  // The same process goes on as Node 24, where this Node can do that.
  if (typeof process.execve === 'function') process.execve(node, [node, ...args], process.env);
  const { spawn } = await import('node:child_process');
  const child = spawn(node, args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGABRT', 'SIGUSR2']) {
    // A terminal sends Ctrl-C to both of us.
    process.on(signal, () => (signal === 'SIGINT' && process.stdin.isTTY ? undefined : child.kill(signal)));
  }
  child.on('error', (error) => {
    console.error(`${node} cannot be started: ${error.message}`);
    process.exitCode = 1;
  });
  child.on('exit', (status, signal) => process.exit(status ?? (signal === 'SIGINT' ? 130 : 143)));
}
