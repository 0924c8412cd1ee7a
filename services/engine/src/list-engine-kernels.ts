import { folderOptions } from './choose-kernel.ts';
import type { EngineValues } from './settings.ts';

/** The kernels that `--kernel` can name, as a table or as a JSON list; loads what only this needs. */
export async function listEngineKernels(values: EngineValues, env: NodeJS.ProcessEnv, json: boolean): Promise<string> {
  const { formatKernels, listKernels } = await import('./jupyter/kernel-list.ts');
  const kernels = await listKernels(folderOptions(values, env));
  return json ? `${JSON.stringify(kernels, null, 2)}\n` : formatKernels(kernels);
}
