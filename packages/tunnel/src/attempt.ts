// One attempt to open the tunnels of a peer.
import { setTimeout as delay } from 'node:timers/promises';
import { MusterError } from '@muster/protocol';
import type { Forward } from './ssh-arguments.ts';
import { buildSshCommand } from './ssh-arguments.ts';
import type { SshEnd } from './ssh-failures.ts';
import { sshFailure, takenPorts } from './ssh-failures.ts';
import type { SshProcess } from './ssh-process.ts';
import { startSsh } from './ssh-process.ts';
import type { SshServer } from './ssh-server.ts';
import { titleOfServer } from './ssh-server.ts';

export interface AttemptPlan {
  readonly server: SshServer;
  /** Program, and arguments that go before all others. */
  readonly command: readonly string[];
  readonly forwards: readonly Forward[];
  readonly keyFile: string | undefined;
  /** Run a command there that waits; cleared when the server allows none. */
  hasSession: boolean;
  readonly env: NodeJS.ProcessEnv;
  readonly openLimitMs: number;
  readonly onLine: (line: string) => void;
}

export type Attempt = { readonly ssh: SshProcess } | { readonly failure: Failure };
type Failure = 'ports taken' | 'late' | SshEnd;

/** Of one that failed nothing is left. Rejects with the signal's reason, and ends ssh when that comes, then or later. */
export async function attempt(plan: AttemptPlan, localPorts: readonly number[], signal: AbortSignal): Promise<Attempt> {
  signal.throwIfAborted();
  let ssh: SshProcess;
  try {
    ssh = startSsh(buildSshCommand({ ...plan, localPorts }), plan.env, plan.onLine, signal);
  } catch (error) {
    // No process or no file is to be had any more: that may pass.
    return { failure: { code: null, said: (error as Error).message, wasOpen: false } };
  }
  const settled = new AbortController();
  const late = delay(plan.openLimitMs, 'late' as const, { signal: settled.signal });
  late.catch(() => {});
  const outcome = await Promise.race([ssh.opened, ssh.ended, late]);
  settled.abort();
  if (outcome === undefined && takenPorts(ssh.said, localPorts).length === 0) return { ssh };
  await ssh.stop();
  signal.throwIfAborted();
  return { failure: outcome ?? 'ports taken' };
}

/** The error for people. */
export function errorOf({ server, command, openLimitMs }: AttemptPlan, failure: Failure): MusterError {
  if (failure === 'ports taken')
    return new MusterError('port_in_use', 'Another program listens on a local port of the tunnel.');
  if (failure !== 'late') return sshFailure(server, command[0]!, failure);
  return new MusterError(
    'timeout',
    `The ssh server ${titleOfServer(server)} did not let us in within ${openLimitMs / 1000} s.`,
    'Log in by hand and see what takes so long; it may want a second factor, which cannot be given here.',
  );
}
