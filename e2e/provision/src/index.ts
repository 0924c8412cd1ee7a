// Brings the real parts that tests run against. Nothing is installed unless E2E_PROVISION=1 says so.
import { ensureBuilt, findBuilt } from './cache.ts';
import { docker } from './docker.ts';
import { fuse } from './fuse.ts';
import { helm } from './helm.ts';
import { imageLayers } from './image-layers.ts';
import { ipyparallel, oldPython } from './ipyparallel.ts';
import { kernels } from './kernels.ts';
import { kubernetes } from './kubernetes.ts';
import { machines } from './machines.ts';
import { mongoWire } from './mongo-wire.ts';
import { mpi } from './mpi.ts';
import { nats } from './nats.ts';
import type { Part } from './part.ts';
import { shellsPart } from './shells.ts';
import { slurm } from './slurm.ts';

export { dockerAnswers, runningDocker } from './docker.ts';
export { fusePythonIn } from './fuse.ts';
export { helmIn } from './helm.ts';
export type { LayerName } from './image-layers.ts';
export { layerIn } from './image-layers.ts';
export { pythonIn } from './ipyparallel.ts';
export { jupyterPathIn } from './kernels.ts';
export { kubernetesProgramIn } from './kubernetes.ts';
export { writeLayer } from './layer.ts';
export { mongoWireIn } from './mongo-wire.ts';
export { mustRun } from './must-run.ts';
export { natsServerIn } from './nats.ts';
export { pbsCommandsIn, pbsPluginIn } from './slurm.ts';

const parts = {
  docker,
  fuse,
  helm,
  'image-layers': imageLayers,
  ipyparallel: ipyparallel('9.2.0'),
  'ipyparallel-8': ipyparallel('8.8.0'),
  'ipyparallel-7': ipyparallel('7.1.0', oldPython),
  kernels,
  machines,
  kubernetes,
  'mongo-wire': mongoWire,
  mpi,
  nats,
  shells: shellsPart,
  slurm,
} as const satisfies Record<string, Part>;

export type PartName = keyof typeof parts;

export const partTitle = (name: PartName): string => parts[name].title;

export type Found =
  | { readonly present: true; readonly title: string; readonly folder: string }
  | { readonly present: false; readonly title: string; readonly why: string };

/** Is the part here and working? Installs nothing. */
export async function find(name: PartName): Promise<Found> {
  const part = parts[name];
  const { folder, fault } = await findBuilt(part);
  if (folder !== undefined) return { present: true, title: part.title, folder };
  return { present: false, title: part.title, why: fault ?? 'unknown' };
}

/** Why this machine cannot have the part at all; undefined when it can. */
export const whyNever = async (name: PartName): Promise<string | undefined> => (parts[name] as Part).unfit?.();

/** The part's folder; installs and builds what is absent or broken, and tells of its progress. */
export const provision = (name: PartName): Promise<string> => ensureBuilt(parts[name]);
