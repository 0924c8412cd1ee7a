// Known hosts may lie beside the key in its Secret.
import type { ProfileSpec } from '@muster/cluster-profile';
import type { ProfileSource } from './source.ts';

interface Access {
  readonly keySecret?: string | undefined;
  readonly knownHosts?: string | undefined;
}

/** The spec with the known hosts of the Secret that it names, where it has none of its own. Rejects with MusterError. */
export async function withKnownHosts(
  spec: ProfileSpec,
  readKeySecret: ProfileSource['readKeySecret'],
): Promise<ProfileSpec> {
  const { ssh, mpi, pbs } = spec.launcher;
  const complete = async <T extends Access>(access: T): Promise<T> => {
    if (access.keySecret === undefined || access.knownHosts !== undefined) return access;
    const { knownHosts } = await readKeySecret(access.keySecret);
    return knownHosts === undefined ? access : { ...access, knownHosts };
  };
  if (ssh !== undefined) return { ...spec, launcher: { ssh: await complete(ssh) } };
  if (mpi?.site !== undefined) return { ...spec, launcher: { mpi: { ...mpi, site: await complete(mpi.site) } } };
  if (pbs?.site !== undefined) return { ...spec, launcher: { pbs: { ...pbs, site: await complete(pbs.site) } } };
  return spec;
}
