// The source that settings name, and what belongs to it.
import { hostname } from 'node:os';
import { join } from 'node:path';
import { claimHolder, resolveProfileDir } from '@muster/config';
import type { EngineLauncher } from '@muster/launchers';
import { MusterError } from '@muster/protocol';
import { createFolderSource } from './adapters/folder-source.ts';
import { profilesFolder } from './adapters/profile-files.ts';
import type { OpenOperatorOptions } from './open-operator.ts';
import type { ProfileSource } from './source.ts';

export interface OpenedSource {
  readonly source: ProfileSource;
  /** Only where there is Kubernetes. */
  readonly pods: EngineLauncher | undefined;
}

/** Rejects with MusterError `bad_option`, `profile_in_use`, or what Kubernetes says. */
export async function openSource(options: OpenOperatorOptions): Promise<OpenedSource> {
  const { values, env, ports, log } = options;
  if (values.source === 'kubernetes') return openKubernetes(options);
  const profileDir = resolveProfileDir(values, env);
  const holder = values.connectionDir === '' ? claimHolder(profileDir, '') : undefined;
  if (holder !== undefined)
    throw new MusterError(
      'profile_in_use',
      `The controller of process ${holder.pid} has its connection files in ${join(profileDir, 'security')}.`,
      'Name another folder with --connection-dir, or another --profile.',
    );
  const source = createFolderSource({
    folder: profilesFolder(values.profiles, values, env),
    connectionDir: values.connectionDir === '' ? join(profileDir, 'security') : values.connectionDir,
    ports,
    log,
    rescanMs: values.resyncS * 1000,
  });
  return { source, pods: undefined };
}

async function openKubernetes({ values, log, end }: OpenOperatorOptions): Promise<OpenedSource> {
  const { openKubeSource } = await import('./adapters/kube-source.ts');
  return openKubeSource({
    namespace: values.namespace,
    lease: values.lease,
    identity: values.podName === '' ? `${hostname()}-${process.pid}` : values.podName,
    connectionSecret: values.connectionSecret,
    images: { node: values.engineImageNode, python: values.engineImagePython },
    log,
    onLost: () => end('another operator leads'),
  });
}
