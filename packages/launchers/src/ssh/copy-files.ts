// Files that the user wants copied, by scp.
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { MusterError } from '@muster/protocol';
import { askProgram } from '../sites/ask-program.ts';
import { createLimit } from '../sites/limit.ts';
import type { SiteAddress } from '../sites/site.ts';
import { titleOf } from '../sites/site.ts';
import { sshFailure, sshOptions } from '../sites/ssh-command.ts';
import type { SshPrograms } from './handle.ts';

const sshInstall =
  'Install it (Debian: apt-get install openssh-client), or name yours: SSHLauncher.ssh_cmd, SSHLauncher.scp_cmd.';

const limit = createLimit(8);
const timeoutMs = 300_000;
/** What is fetched may still be written by the program that was just started. */
const appearMs = 20_000;

/**
 * `send`: [here, there], `fetch`: [there, here], waiting for files that are not there yet. Relative paths begin at `folder` here, at the
 * home folder there.
 */
export async function copyFiles(
  way: 'send' | 'fetch',
  pairs: readonly (readonly [string, string])[],
  { site, programs, folder }: { readonly site: SiteAddress; readonly programs: SshPrograms; readonly folder: string },
): Promise<void> {
  for (const [from, to] of pairs) {
    const [here, there] = way === 'send' ? [from, to] : [to, from];
    const local = resolve(folder, here);
    const remote = `${locationOf(site)}:${there.replace(/^~\//, '')}`;
    const deadline = performance.now() + (way === 'send' ? 0 : appearMs);
    while (!(await limit(() => copy(site, programs, way === 'send' ? [local, remote] : [remote, local], deadline))))
      await delay(200);
  }
}

const locationOf = ({ host, user }: SiteAddress): string =>
  `${user === undefined ? '' : `${user}@`}${host.includes(':') ? `[${host}]` : host}`;

/** False when there is no such file, and there is still time for it to appear. */
async function copy(
  site: SiteAddress,
  { scp }: SshPrograms,
  paths: readonly [string, string],
  deadline: number,
): Promise<boolean> {
  const [program = 'scp', ...first] = scp.program;
  const port = site.port === undefined ? [] : ['-P', String(site.port)];
  const options = sshOptions({ connectTimeoutMs: 10_000, trustsAsConfigured: true });
  const argv: [string, ...string[]] = [program, ...first, ...scp.args, ...options, ...port, '--', ...paths];
  const { code, stderr } = await askProgram(argv, sshInstall, { env: { ...process.env, LC_ALL: 'C' }, timeoutMs });
  if (code === 0) return true;
  if (/No such file/.test(stderr) && performance.now() < deadline) return false;
  if (/Permission denied \(|Could not resolve|[Cc]onnection|Host key|timed out/.test(stderr))
    throw sshFailure(site, stderr);
  throw new MusterError(
    'start_failed',
    `A file cannot be copied between here and ${titleOf(site)}: ${stderr.trim().split('\n').at(-1) || `status ${code}`}`,
    `Correct SSHLauncher.to_send or SSHLauncher.to_fetch: ${paths.join(' to ')}.`,
  );
}
