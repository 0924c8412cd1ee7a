// The command line of an ssh that forwards ports. Pure.
import type { SshServer } from './ssh-server.ts';

/** A place as the tunnel host sees it. */
export interface Forward {
  readonly host: string;
  readonly port: number;
}

export interface SshPlan {
  /** Program, and arguments that go before all others. */
  readonly command: readonly string[];
  readonly server: SshServer;
  readonly forwards: readonly Forward[];
  /** One for each forward, in the same order. */
  readonly localPorts: readonly number[];
  readonly keyFile?: string | undefined;
  /** Run a command there, which only waits; else none. */
  readonly hasSession: boolean;
}

/** Said on stderr when we are let in and the local ports are open. */
export const openMark = 'muster: the tunnel is open';

/** Of options that are given twice ssh takes the first, so the user's command may overrule any of them. */
const options = {
  // Nobody is there to be asked.
  BatchMode: 'yes',
  ConnectTimeout: '10',
  // A peer that has vanished is noticed within 15 s.
  ServerAliveInterval: '5',
  ServerAliveCountMax: '3',
  // A shared connection would end with whoever made it, or keep our forwards when we have ended.
  ControlMaster: 'no',
  ControlPath: 'none',
  // The user's own forwards of this host may be taken, by a shell that is open say; ours are looked after by what ssh says.
  ExitOnForwardFailure: 'no',
  ForwardAgent: 'no',
  ForwardX11: 'no',
  PermitLocalCommand: 'yes',
  // Run when all local ports are open; by sh, as the user's shell may write another language.
  LocalCommand: `sh -c "echo '${openMark}' >&2"`,
  // What went wrong with a forward is said at this level.
  LogLevel: 'INFO',
};

/**
 * A server sends without Nagle's delays only where there is a session: without one an answer takes 25 ms. Waits for the end of stdin.
 * Not every server gives one.
 */
const waiting = 'cat';

/** Program and arguments. The parts have been checked. Local ports listen on 127.0.0.1 only. */
export function buildSshCommand(plan: SshPlan): string[] {
  const { command, server, forwards, localPorts, keyFile, hasSession } = plan;
  const key = keyFile === undefined ? {} : { IdentitiesOnly: 'yes' };
  return [
    ...command,
    ...(hasSession ? ['-T'] : ['-N', '-T']),
    ...Object.entries({ ...options, ...key }).flatMap(([name, value]) => ['-o', `${name}=${value}`]),
    ...(keyFile === undefined ? [] : ['-i', keyFile]),
    ...(server.user === undefined ? [] : ['-l', server.user]),
    ...(server.port === undefined ? [] : ['-p', String(server.port)]),
    ...forwards.flatMap(({ host, port }, i) => ['-L', `127.0.0.1:${localPorts[i]}:${bracketed(host)}:${port}`]),
    ...['--', server.host],
    ...(hasSession ? [waiting] : []),
  ];
}

const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host);
