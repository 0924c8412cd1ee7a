// The door of every `npm run` verb. Plain JavaScript for any Node from 20 on: it installs what is missing (pnpm by npx,
// Node 24 as a package) and then runs scripts/verbs/<verb>.ts on Node 24. Run as: node scripts/verb.mjs VERB [args].
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [verb, ...args] = process.argv.slice(2);
const oldest = 20;

if (Number(process.versions.node.split('.')[0]) < oldest) {
  console.error(`Node ${process.versions.node} is too old to set Muster up: install Node ${oldest} or newer.`);
  process.exit(1);
}
const verbs = readdirSync(join(root, 'scripts/verbs')).flatMap((file) => /^(\w+)\.ts$/.exec(file)?.[1] ?? []);
if (!verbs.includes(verb ?? '')) {
  console.error(`Unknown verb '${verb ?? ''}'. There are: ${verbs.join(', ')}.`);
  process.exit(2);
}

install();
const node = join(root, 'node_modules/.bin/node');
const env = { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}` };
const cache = join(root, 'node_modules/.cache/muster-compile');
const child = spawn(node, [join(root, `scripts/verbs/${verb}.ts`), ...args], {
  stdio: 'inherit',
  env: { NODE_COMPILE_CACHE: cache, ...env },
});
// Ctrl-C reaches the whole group by itself; we only wait for the child to clean up.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => {
    if (signal !== 'SIGINT') child.kill(signal);
  });
child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal ?? 'SIGTERM'] ?? 0)));

/** Brings node_modules up to date with the lock file; silent and quick when it is. */
function install() {
  const stamp = join(root, 'node_modules/.cache/muster-installed');
  const wanted = fingerprint();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  console.error(`Installing with ${packageManager} (the first time takes about half a minute) …`);
  const frozen = existsSync(join(root, 'pnpm-lock.yaml')) ? ['--frozen-lockfile'] : [];
  const run = spawnSync('npx', ['--yes', packageManager, 'install', ...frozen], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, CI: 'true', NO_UPDATE_NOTIFIER: '1' },
  });
  if (run.status !== 0) {
    console.error('The install failed; its own words are above. Is the npm registry reachable from here?');
    process.exit(1);
  }
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, wanted);
}

/** What an install depends on: the lock file, the workspace file and every package.json. */
function fingerprint() {
  const hash = createHash('sha256');
  const files = ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json'];
  for (const kind of ['packages', 'services', 'e2e', 'examples'])
    for (const name of readdirSync(join(root, kind)).sort()) files.push(join(kind, name, 'package.json'));
  for (const file of files) if (existsSync(join(root, file))) hash.update(file).update(readFileSync(join(root, file)));
  return hash.digest('hex');
}
