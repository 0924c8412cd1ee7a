// What is typed, as a shell hands it over for completion. Pure.

export interface Typed {
  /** The program, its commands and arguments before the word that is being typed. */
  readonly before: readonly string[];
  /** The word up to the cursor, maybe empty. */
  readonly current: string;
  /** The begin of it that the shell takes for words of their own: candidates come without. */
  readonly kept: string;
}

/**
 * bash parts words at `=` and `:` and hands them over apart: `--profile`, `=`, `de`. `breaks` are those characters; the other
 * shells have none.
 */
export function joinWords(words: readonly string[], breaks: string): Typed {
  const parting = ['=', ':'].filter((character) => breaks.includes(character));
  const joined: string[] = [];
  let glue = false;
  for (const word of words) {
    const isBreak = word !== '' && [...word].every((character) => parting.includes(character));
    if ((glue || isBreak) && joined.length > 1) joined[joined.length - 1] += word;
    else joined.push(word);
    glue = isBreak;
  }
  const current = joined.pop() ?? '';
  const end = Math.max(-1, ...parting.map((character) => current.lastIndexOf(character)));
  return { before: joined, current, kept: current.slice(0, end + 1) };
}
