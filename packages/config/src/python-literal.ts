// Data as Python writes it, `{'host': None, 'args': (1, True)}`: so it stands in scripts for the original.

const pythonTokens = /'((?:[^'\\]|\\.)*)'|"(?:[^"\\]|\\.)*"|\b(?:True|False|None)\b|,(?=\s*[\])}])|[()]/gs;
const words: Readonly<Record<string, string>> = {
  True: 'true',
  False: 'false',
  None: 'null',
  ',': '',
  '(': '[',
  ')': ']',
};

/** The same in JSON; what is no such data gives no JSON. */
export const pythonAsJson = (text: string): string =>
  text.replace(pythonTokens, (token, quoted: string | undefined) => {
    if (quoted === undefined) return words[token] ?? token;
    return `"${quoted.replace(/\\'|"/g, (found) => (found === '"' ? '\\"' : "'"))}"`;
  });
