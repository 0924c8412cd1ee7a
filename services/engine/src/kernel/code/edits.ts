// Changes to a source text, by position. Lines keep their numbers, so that errors point at what the user wrote.

export interface Edits {
  /** Replaces [start, end). Newlines that the old text had and the new one lacks are kept behind it. */
  replace(start: number, end: number, text: string): void;
  insert(at: number, text: string): void;
  /** Blanks [start, end): spaces, and newlines where they were. */
  blank(start: number, end: number): void;
  apply(): string;
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export const blanked = (text: string): string => text.replace(/[^\n\r\u2028\u2029]/g, ' ');

const newlines = (text: string): number => text.split('\n').length - 1;

/** Edits must not overlap; several at one place apply in the order in which they were made. */
export function createEdits(source: string): Edits {
  const edits: Edit[] = [];
  return {
    replace(start, end, text) {
      const missing = Math.max(0, newlines(source.slice(start, end)) - newlines(text));
      edits.push({ start, end, text: text + '\n'.repeat(missing) });
    },
    insert: (at, text) => void edits.push({ start: at, end: at, text }),
    blank: (start, end) => void edits.push({ start, end, text: blanked(source.slice(start, end)) }),
    apply() {
      let result = '';
      let at = 0;
      for (const { start, end, text } of [...edits].sort((a, b) => a.start - b.start || a.end - b.end)) {
        result += source.slice(at, start) + text;
        at = end;
      }
      return result + source.slice(at);
    },
  };
}
