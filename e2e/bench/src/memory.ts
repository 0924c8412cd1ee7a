// Memory of a program with all its processes, from /proc.
import { readdir, readFile } from 'node:fs/promises';

export interface Memory {
  readonly processes: number;
  /** Resident, shared pages counted in every process. */
  readonly residentMb: number;
  /** Resident, shared pages divided among those that share them. */
  readonly shareMb: number;
}

async function childrenByParent(): Promise<Map<number, number[]>> {
  const children = new Map<number, number[]>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, 'latin1').catch(() => '');
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    if (Number.isInteger(parent)) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  return children;
}

/** A process and its descendants. */
export async function processTree(pid: number): Promise<number[]> {
  const children = await childrenByParent();
  const tree = [pid];
  for (const one of tree) tree.push(...(children.get(one) ?? []));
  return tree;
}

/** Memory of a process and its descendants. Rejects when it has ended. */
export async function memoryOf(pid: number): Promise<Memory> {
  const tree = await processTree(pid);
  const texts = await Promise.all(tree.map((one) => readFile(`/proc/${one}/smaps_rollup`, 'latin1').catch(() => '')));
  if (texts[0] === '') throw new Error(`Process ${pid} has ended.`);
  const sum = (field: string): number =>
    texts.reduce((total, text) => total + Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0), 0) /
    1024;
  return { processes: texts.filter((text) => text !== '').length, residentMb: sum('Rss'), shareMb: sum('Pss') };
}
