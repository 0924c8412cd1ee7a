// A shell in a terminal of its own, at which keys are pressed.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { until } from '@muster/testkit';
import type { Desk } from './desk.ts';

export interface Terminal extends AsyncDisposable {
  /** Presses Tab, so often, behind what is typed; gives the line as it then stands, and what was shown. */
  complete(typed: string, times?: number): Promise<{ line: string; shown: string }>;
}

/** `setUp`: lines that the shell runs first. */
export async function openTerminal(desk: Desk, shell: 'bash' | 'zsh', setUp: readonly string[]): Promise<Terminal> {
  const command = shell === 'bash' ? 'bash --norc --noprofile -i' : 'zsh -f -i';
  const child = spawn('script', ['-qfc', command, '/dev/null'], {
    cwd: desk.home,
    env: { ...desk.env, TERM: 'xterm', LANG: 'C.UTF-8', HISTFILE: '/dev/null' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const shows = (pattern: RegExp) =>
    until(() => pattern.exec(output) ?? undefined, { timeoutMs: 60_000, what: () => `${pattern} in:\n${output}` });
  child.stdin.write(`stty cols 200 rows 60; ${setUp.join('; ')}; echo set''-up\n`);
  await shows(/set-up/);
  return {
    async complete(typed, times = 1) {
      output = '';
      // What follows is read when the completion is done: the line is made an argument of echo, which shows it.
      child.stdin.write(`${typed}${'\t'.repeat(times)}\x01echo '<''<\x05>''>'\n`);
      const found = await shows(/<<(.*?)>>/);
      return { line: found[1] ?? '', shown: output.slice(0, found.index) };
    },
    async [Symbol.asyncDispose]() {
      await close(child);
    },
  };
}

/** As people leave: Ctrl-C, exit. */
async function close(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.stdin?.end('\x03\nexit\n');
  await ended;
}
