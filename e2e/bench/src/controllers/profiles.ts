// V8's processor profiles of our controller: which functions take the time.
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
}
/** The part of V8's format that is read. */
interface Profile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  /** µs between samples. */
  readonly timeDeltas: readonly number[];
}

export interface Hot {
  readonly where: string;
  /** Share of the time that was not idle, of the function itself without what it calls. */
  readonly share: number;
}

/** Functions by their own time, the most first. Pure. */
export function hottest({ nodes, samples, timeDeltas }: Profile, count: number): Hot[] {
  const names = new Map(nodes.map((node) => [node.id, nameOf(node)]));
  const own = new Map<string, number>();
  let busy = 0;
  for (const [i, id] of samples.entries()) {
    const name = names.get(id)!;
    if (name.startsWith('(idle)')) continue;
    const us = timeDeltas[i] ?? 0;
    busy += us;
    own.set(name, (own.get(name) ?? 0) + us);
  }
  const sorted = [...own].sort(([, a], [, b]) => b - a);
  return sorted.slice(0, count).map(([where, us]) => ({ where, share: us / busy }));
}

function nameOf({ callFrame: { functionName, url, lineNumber } }: ProfileNode): string {
  const file = url.replace(/^.*\/(packages|services)\//, '$1/').replace(/^file:.*node_modules\//, '');
  return `${functionName || '(anonymous)'}${file === '' ? '' : ` ${file}:${lineNumber + 1}`}`;
}

/** Of each profile in the folder that is not in `known`, as lines. */
export function describeProfiles(folder: string, known: ReadonlySet<string>, count = 25): string[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.cpuprofile') && !known.has(name));
  return files.flatMap((name) => {
    const profile = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Profile;
    const lines = hottest(profile, count).map(
      ({ where, share }) => `  ${(share * 100).toFixed(1).padStart(5)} %  ${where}`,
    );
    return [name, ...lines];
  });
}

/** Makes the folder where it is missing. */
export function profilesIn(folder: string): Set<string> {
  mkdirSync(folder, { recursive: true });
  return new Set(readdirSync(folder));
}
