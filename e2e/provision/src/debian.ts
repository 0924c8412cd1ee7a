// Debian packages, only those that are missing. Their services are not started: a policy-rc.d that says no is put in
// place meanwhile, and whatever was there before is put back.
import { spawn } from 'node:child_process';
import { runProgram } from '@muster/testkit';
import type { Progress } from './progress.ts';

// In a process group of its own and with its own clean-up: an interrupted run must not leave dpkg half way, nor the
// policy in place.
const script = `
policy=/usr/sbin/policy-rc.d
saved=
if [ -e $policy ]; then saved=$(mktemp) && cp -p $policy "$saved" || exit 1; fi
put_back() { if [ -n "$saved" ]; then mv "$saved" $policy; else rm -f $policy; fi; }
trap put_back EXIT
printf '#!/bin/sh\\nexit 101\\n' > $policy && chmod 755 $policy || exit 1
export DEBIAN_FRONTEND=noninteractive
install() { apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "$@"; }
install "$@" || { apt-get -o DPkg::Lock::Timeout=300 update && install "$@"; }
`;

const isInstalled = async (name: string): Promise<boolean> => {
  const query = await runProgram(['dpkg', '--status', name]);
  return query.code === 0 && /^Status: .* installed$/m.test(query.stdout);
};

/** Installs those of the packages that are missing. Rejects, naming the command, when this user may not. */
export async function ensureDebianPackages(names: readonly string[], progress: Progress): Promise<void> {
  const states = await Promise.all(names.map(async (name) => ((await isInstalled(name)) ? [] : [name])));
  const missing = states.flat();
  if (missing.length === 0) return;
  const byHand = `apt-get install -y ${missing.join(' ')}`;
  if (process.getuid?.() !== 0) throw new Error(`Debian packages are missing; as root run: ${byHand}`);
  progress(`installing ${missing.join(', ')} by apt-get`);
  const child = spawn('/bin/sh', ['-c', script, 'apt', ...missing], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  const code = await new Promise((done) => child.on('close', done));
  if (code !== 0) throw new Error(`'${byHand}' failed:\n${output.slice(-4000)}`);
}
