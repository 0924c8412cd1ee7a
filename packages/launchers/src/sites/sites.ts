// Sites by address: this machine by its own shell, all others by the ssh program.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MusterError } from '@muster/protocol';
import { createLimit } from './limit.ts';
import { withoutOwnSettings } from './own-settings.ts';
import type { Ended, ProgramFault } from './run-program.ts';
import { runToEnd } from './run-program.ts';
import type { Site, SiteAddress } from './site.ts';
import { checkAddress, titleOf } from './site.ts';
import { sshCommand, sshFailure } from './ssh-command.ts';

export interface SitesOptions {
  /** The private key in a Secret; without it profiles cannot name Secrets. Rejects with MusterError. */
  readonly readKeySecret?: ((name: string) => Promise<string>) | undefined;
  /** Told once a host when its key is trusted unseen. */
  readonly warn?: ((message: string) => void) | undefined;
  /** How long ssh tries to connect. Default 10,000. */
  readonly connectTimeoutMs?: number | undefined;
  /** Environment of the scripts here, and of ssh. Default: this program's. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** In place of `ssh`, and options of the user's own. Hosts are then trusted as ssh is configured. */
  readonly ssh?: { readonly program: readonly string[]; readonly args: readonly string[] } | undefined;
}

/** Undefined is this machine. */
export type Sites = (address?: SiteAddress) => Site;

/** ssh servers turn connections away when many are made at once (MaxStartups, 10 by default). */
const connectionsPerHost = 4;
const connections = 16;

export function createSites(options: SitesOptions = {}): Sites {
  const { readKeySecret, warn = () => {}, connectTimeoutMs = 10_000, env = process.env, ssh } = options;
  const trustsAsConfigured = ssh !== undefined;
  const limit = createLimit(connections);
  const perHost = new Map<string, ReturnType<typeof createLimit>>();
  const warned = new Set<string>();
  const plainEnv = withoutOwnSettings(env);

  const here: Site = {
    title: 'this machine',
    run: async (script, { timeoutMs }) => {
      const ended = await runToEnd(['/bin/sh'], { stdin: script, timeoutMs, env: plainEnv });
      return typeof ended === 'string' ? fail(ended, 'this machine', timeoutMs) : ended;
    },
  };

  const runBySsh = async (address: SiteAddress, script: string, timeoutMs: number): Promise<Ended> => {
    const key = address.keySecret === undefined ? undefined : await readSecret(address.keySecret);
    const folder = await mkdtemp(join(tmpdir(), 'muster-ssh-'));
    try {
      const files = await writeFiles(folder, address, key);
      // Its messages are read, so they have to be in English.
      const ended = await runToEnd(sshCommand(address, { ...ssh, ...files, connectTimeoutMs, trustsAsConfigured }), {
        stdin: script,
        timeoutMs,
        env: { ...plainEnv, LC_ALL: 'C' },
      });
      if (typeof ended === 'string') return fail(ended, titleOf(address), timeoutMs);
      if (ended.code === 255) throw sshFailure(address, ended.stderr);
      return ended;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };

  const readSecret = async (name: string): Promise<string> => {
    if (readKeySecret !== undefined) return readKeySecret(name);
    throw new MusterError('bad_option', `There are no Secrets here, such as '${name}'.`, 'Name the key by keyFile.');
  };

  return (address) => {
    if (address === undefined) return here;
    checkAddress(address);
    const title = titleOf(address);
    const limitOfHost = perHost.get(title) ?? createLimit(connectionsPerHost);
    perHost.set(title, limitOfHost);
    if (address.knownHosts === undefined && !trustsAsConfigured && !warned.has(title)) {
      warned.add(title);
      warn(`${title} has no knownHosts in its profile: the first key that it shows is trusted`);
    }
    return {
      title,
      run: (script, { timeoutMs }) => limitOfHost(() => limit(() => runBySsh(address, script, timeoutMs))),
    };
  };
}

async function writeFiles(folder: string, address: SiteAddress, key: string | undefined) {
  const write = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };
  return {
    // ssh takes no key without the newline at its end.
    keyFile: key === undefined ? address.keyFile : await write('key', `${key.trimEnd()}\n`),
    knownHostsFile: address.knownHosts === undefined ? undefined : await write('known-hosts', address.knownHosts),
  };
}

function fail(fault: ProgramFault, title: string, timeoutMs: number): never {
  if (fault === 'late')
    throw new MusterError(
      'timeout',
      `${title} did not answer within ${timeoutMs / 1000} s.`,
      'Check that it is up and not overloaded, and that an ssh server is behind the port.',
    );
  if (fault === 'talkative')
    throw new MusterError(
      'limit_reached',
      `${title} answers with more than 16 MiB.`,
      "Look at what the login of that user prints (the shell's start files).",
    );
  throw new MusterError(
    'start_failed',
    `${title === 'this machine' ? '/bin/sh' : 'ssh'} cannot be run here.`,
    'Install it (Debian: apt-get install openssh-client), and check PATH.',
  );
}
