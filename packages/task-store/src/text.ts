// Output of a task grows by pieces; this keeps it below a limit.

export interface TextLimit {
  /** The text with the piece added; when that would pass the limit, cut there and marked. A cut text grows no more. */
  append(text: string, piece: string): string;
}

/** `limitChars`: most characters of stdout, or of stderr, that are kept of one task. */
export function createTextLimit(limitChars: number): TextLimit {
  const marker = `\n[output cut: more than ${limitChars} characters]\n`;
  return {
    append(text, piece) {
      if (text.length + piece.length <= limitChars) return text + piece;
      if (text.length > limitChars) return text;
      return text + piece.slice(0, limitChars - text.length) + marker;
    },
  };
}
