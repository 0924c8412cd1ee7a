import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

/** The path of a program: that which is given, if it has a slash, else the first on PATH. Undefined where there is none. */
export function findOnPath(program: string, env: NodeJS.ProcessEnv, cwd = process.cwd()): string | undefined {
  if (program.includes('/')) return isProgram(resolve(cwd, program)) ? resolve(cwd, program) : undefined;
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, program)).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
