// Slurm, and the commands of PBS (qsub, qstat, qdel) that come with it. The latter are only unpacked: as a package they
// shut out those of other batch systems.
import { mkdir, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from '@muster/testkit';
import { ensureDebianPackages } from './debian.ts';
import { faultOfCommand } from './machines.ts';
import { mustRun } from './must-run.ts';
import type { Part } from './part.ts';

const packages = ['munge', 'slurmctld', 'slurmd', 'slurm-client', 'slurm-wlm-basic-plugins', 'libhwloc-plugins'];
/** What the commands of PBS, written in Perl, need. */
const perlPackages = ['libslurm-perl', 'libslurmdb-perl', 'libswitch-perl'];
const torque = 'slurm-wlm-torque';

/** The folder of qsub, qstat and qdel: to be put on PATH. */
export const pbsCommandsIn = (folder: string): string => join(folder, 'usr/bin');
/** The plugin that gives jobs the variables of PBS. */
export const pbsPluginIn = (folder: string): string => join(folder, 'spank_pbs.so');

async function findPbsPlugin(): Promise<string> {
  for (const package_ of ['slurm-wlm-basic-plugins', 'slurmd']) {
    const { stdout } = await runProgram(['dpkg', '--listfiles', package_]);
    const path = stdout.split('\n').find((line) => line.endsWith('/spank_pbs.so'));
    if (path !== undefined) return path;
  }
  throw new Error('spank_pbs.so is in none of the packages of Slurm');
}

/** Downloaded where the user of apt may write, which the cache need not be. */
const unpack = `
folder=$1 name=$2
work=$(mktemp -d) && chmod 755 "$work" && cd "$work" || exit 1
trap 'rm -rf "$work"' EXIT
apt-get download "$name" || { apt-get -o DPkg::Lock::Timeout=300 update && apt-get download "$name"; } || exit 1
dpkg-deb -x ./*.deb "$folder"
`;

export const slurm: Part = {
  title: 'Slurm with the commands of PBS',
  folderName: 'slurm',
  recipe: [...packages, ...perlPackages, torque, unpack].join(),
  async build(folder, progress) {
    await ensureDebianPackages([...packages, ...perlPackages], progress);
    await mkdir(folder);
    progress(`unpacking ${torque}`);
    await mustRun(['sh', '-c', unpack, 'unpack', folder, torque]);
    await symlink(await findPbsPlugin(), pbsPluginIn(folder));
  },
  async fault(folder) {
    // Its other commands want a configuration even to tell their version.
    const checks = [
      ['munged', '--version'],
      ['slurmctld', '-V'],
      ['slurmd', '-V'],
      ['sh', '-c', 'command -v sbatch scontrol'],
    ];
    for (const argv of checks) {
      const fault = await faultOfCommand(argv);
      if (fault !== undefined) return fault;
    }
    const commands = await readdir(pbsCommandsIn(folder)).catch((): string[] => []);
    const missing = ['qsub', 'qstat', 'qdel'].filter((name) => !commands.includes(name));
    if (missing.length > 0) return `${missing.join(', ')} missing`;
    return faultOfCommand(['dpkg', '--status', ...perlPackages]);
  },
};
