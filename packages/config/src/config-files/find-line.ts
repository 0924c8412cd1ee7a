// The line in which a config file names a setting, for messages. A guess that is right for files as people write them.

/** From 1; undefined when the name is not found, e.g. because a program made it. */
export function findLine(text: string, name: string): number | undefined {
  const lines = text.split('\n').map((line) => (/^\s*(#|\/\/|\*)/.test(line) ? '' : line));
  const whole = lines.findIndex((line) => hasWord(line, name));
  if (whole >= 0) return whole + 1;
  const dot = name.indexOf('.');
  if (dot < 0) return undefined;
  const first = lines.findIndex((line) => hasWord(line, name.slice(0, dot)));
  if (first < 0) return undefined;
  const after = lines.findIndex((line, i) => i >= first && hasWord(line, name.slice(dot + 1)));
  return after < 0 ? undefined : after + 1;
}

function hasWord(line: string, word: string): boolean {
  if (word === '') return false;
  for (let at = line.indexOf(word); at >= 0; at = line.indexOf(word, at + 1)) {
    if (!/[\w-]/.test(line[at - 1] ?? ' ') && !/[\w-]/.test(line[at + word.length] ?? ' ')) return true;
  }
  return false;
}
