// Where the lines of a program go: the terminal, and a file of the log folder of its profile (`log/ipcontroller-4711.log`).
import { mkdirSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { inheritedLogPath, keepInheritedLog } from './inherited-log.ts';
import type { LogFile, LogFileLimits } from './log-file.ts';
import { createLogFile } from './log-file.ts';
import { reason, remove } from './log-rotation.ts';

export interface LogFileChoice {
  readonly folder: string;
  /** Of the program and its cluster: `ipcontroller`, `ipengine-demo`. */
  readonly name: string;
  readonly maxBytes: number;
  readonly files: number;
  /** Remove the files of earlier processes of this name first. */
  readonly clean: boolean;
}

export interface LogOutput {
  /** Undefined: there is none. */
  readonly path: string | undefined;
  /** For processes of this program that write to the same file by themselves; undefined where they need not. */
  readonly shared: LogFileLimits | undefined;
  write(line: string): void;
  /** To the file alone: what the terminal is told in other words. */
  writeToFile(line: string): void;
  close(): void;
}

/** `choice` undefined: the terminal only. Never throws: a program runs without a file, too, and says so. */
export function createLogOutput(
  choice: LogFileChoice | undefined,
  terminal: (line: string) => void = (line) => void process.stderr.write(line),
): LogOutput {
  const { file, isOwn } = (choice && openIn(choice, (trouble) => terminal(`${choice.name}: ${trouble}\n`))) ?? {};
  return {
    path: file?.path,
    shared: choice && file && isOwn ? { path: file.path, maxBytes: choice.maxBytes, files: choice.files } : undefined,
    write(line) {
      terminal(line);
      file?.write(line);
    },
    writeToFile: (line) => file?.write(line),
    close: () => file?.close(),
  };
}

function openIn(
  { folder, name, maxBytes, files, clean }: LogFileChoice,
  say: (trouble: string) => void,
): { readonly file: LogFile; readonly isOwn: boolean } | undefined {
  const limits = { maxBytes, files, say };
  try {
    mkdirSync(folder, { recursive: true });
    const inherited = inheritedLogPath(realpathSync(folder));
    removeOld(folder, name, clean, inherited);
    if (inherited !== undefined) return { file: keepInheritedLog({ ...limits, path: inherited }), isOwn: false };
    const path = join(folder, `${name}-${process.pid}.log`);
    return { file: createLogFile({ ...limits, path }), isOwn: true };
  } catch (error) {
    say(`there is no log file in ${folder}: ${reason(error)}`);
    return undefined;
  }
}

/** Processes that ended leave their files; so many of a name are kept, and all that were written to within a day. */
const keptFiles = 100;
const dayMs = 86_400_000;
/** Whose process may still run. */
const freshMs = 60_000;

function removeOld(folder: string, name: string, all: boolean, but: string | undefined): void {
  const form = /^[\d-]+\.log(\.\d+)?$/;
  const found = readdirSync(folder)
    .filter((entry) => entry.startsWith(`${name}-`) && form.test(entry.slice(name.length + 1)))
    .map((entry) => join(folder, entry))
    .filter((path) => but === undefined || (path !== but && !path.startsWith(`${but}.`)));
  if (!all && found.length <= keptFiles) return;
  const dated = found
    .map((path) => ({ path, ms: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((a, b) => b.ms - a.ms);
  const before = Date.now() - (all ? freshMs : dayMs);
  for (const { path, ms } of dated.slice(all ? 0 : keptFiles)) if (ms < before) remove(path);
}
