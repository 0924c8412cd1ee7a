// Which kernel an engine has, of those that its nanny keeps.
import { resolveIpythonDir } from '@muster/config';
import type { FolderOptions } from './jupyter/kernel-folders.ts';
import type { Log } from './log.ts';
import type { KernelKind } from './nanny/kernel-process.ts';
import { nodeKernel } from './nanny/node-kernel.ts';
import type { EngineValues } from './settings.ts';

export interface ChosenKernel {
  readonly kind: KernelKind;
  /** In which startup code is. */
  readonly language: string;
}

/** Throws MusterError `bad_option` when there is no such kernel. */
export async function chooseKernel(values: EngineValues, env: NodeJS.ProcessEnv, log: Log): Promise<ChosenKernel> {
  if (values.kernel === 'node') return { kind: nodeKernel, language: 'javascript' };
  // Loaded here: most engines need none of it.
  const [{ findKernel }, { jupyterKernel }] = await Promise.all([
    import('./jupyter/find-kernel.ts'),
    import('./jupyter/bridge.ts'),
  ]);
  const spec = await findKernel(values.kernel, folderOptions(values, env));
  const timeoutMs = values.kernelTimeoutS * 1000;
  const kind = jupyterKernel({ spec, transport: values.transport, timeoutMs, log });
  return { kind, language: spec.language.toLowerCase() };
}

export const folderOptions = (values: EngineValues, env: NodeJS.ProcessEnv): FolderOptions => ({
  env,
  python: values.python,
  ipythonDir: resolveIpythonDir(values, env),
});
