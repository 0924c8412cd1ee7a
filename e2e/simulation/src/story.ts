// What happened in a world, as lines of text: the end of it is shown when a rule is broken, its digest tells whether two runs
// were the same.
import { hash } from 'node:crypto';

export interface Story {
  tell(who: string, what: string, fields?: object): void;
  readonly lines: readonly string[];
  /** Of all lines. */
  digest(): string;
}

export function createStory(nowUs: () => number, show?: (line: string) => void): Story {
  const startUs = nowUs();
  const lines: string[] = [];
  return {
    tell(who, what, fields = {}) {
      const seconds = ((nowUs() - startUs) / 1e6).toFixed(6).padStart(10);
      const data = Object.entries(fields).map(([key, value]) => ` ${key}=${shown(value)}`);
      const line = `${seconds} ${who.padEnd(14)} ${what}${data.join('')}`;
      lines.push(line);
      show?.(line);
    },
    lines,
    digest: () => hash('sha256', lines.join('\n')).slice(0, 16),
  };
}

function shown(value: unknown): string {
  if (value instanceof Error) return value.stack ?? value.message;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
