// What a measurement was made on.
import { cpus, loadavg, release, totalmem } from 'node:os';
import { short } from './figures.ts';

export const machine = () => ({
  processors: cpus().length,
  model: cpus()[0]?.model,
  memoryMb: Math.round(totalmem() / 2 ** 20),
  kernel: release(),
  node: process.versions.node,
  load: loadavg().map((one) => Math.round(one * 100) / 100),
});

/** One line for people. */
export function machineText(versions: readonly string[]): string {
  const { processors, model, memoryMb, load, node } = machine();
  const parts = [`${processors} processors (${model})`, `${short(memoryMb / 1024)} GiB`, `Node ${node}`, ...versions];
  return `${parts.join(', ')}; load ${short(load[0]!)} at the end`;
}
