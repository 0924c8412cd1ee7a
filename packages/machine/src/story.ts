// Stories: what a core was told and what it did, as lines of text. A changed behaviour shows as a changed story.
import type { Recorder } from './runner.ts';

/** Keeps the last `limit` steps as text. */
export interface Story<E, W, S> {
  readonly record: Recorder<E, W, S>;
  /** One line an event (`> type {…}`), and below it one a write, send or timer. */
  lines(): string[];
}

/** How values are shown in stories: bytes as their length, everything else as JSON. Keys `type` come first, bare. */
export function tell(value: unknown): string {
  const { type, ...rest } = value as { type?: string };
  const text = JSON.stringify(rest, function (this: Record<string, unknown>, key, given: unknown) {
    // Not `given`: some bytes (Node's Buffer) have turned themselves into JSON by then.
    const member = this[key];
    if (member instanceof Uint8Array) return `<${member.length} B>`;
    if (member instanceof Map) return Object.fromEntries(member);
    if (member instanceof Set) return [...member];
    if (member instanceof Error) return `${member.name}: ${member.message}`;
    return typeof given === 'bigint' ? `${given}` : given;
  });
  return text === '{}' ? `${type}` : `${type} ${text}`;
}

export function createStory<E, W, S>(limit = 10_000): Story<E, W, S> {
  const steps: string[][] = [];
  return {
    record({ event, effects }) {
      const lines = [`> ${tell(event)}`];
      for (const write of effects.writes) lines.push(`  write ${tell(write)}`);
      for (const send of effects.sends) lines.push(`  send ${tell(send)}`);
      for (const timer of effects.timers) lines.push(`  ${timer.type} ${timer.id}`);
      steps.push(lines);
      if (steps.length > limit) steps.shift();
    },
    lines: () => steps.flat(),
  };
}
