// Configuration of a small Slurm, as text. Pure.

export interface SlurmHost {
  readonly name: string;
  readonly address: string;
}

export const mungeSocket = '/run/munge/munge.sock';

const settings = {
  ClusterName: 'lab',
  SlurmUser: 'root',
  SlurmdUser: 'root',
  AuthType: 'auth/munge',
  AuthInfo: `socket=${mungeSocket}`,
  StateSaveLocation: '/var/tmp/slurm-state',
  SlurmdSpoolDir: '/var/tmp/slurmd-spool',
  SlurmctldPidFile: '/run/slurmctld.pid',
  SlurmdPidFile: '/run/slurmd.pid',
  SlurmctldLogFile: '/var/tmp/slurmctld.log',
  SlurmdLogFile: '/var/tmp/slurmd.log',
  // No control groups: the machines share those of the real one.
  ProctrackType: 'proctrack/linuxproc',
  TaskPlugin: 'task/none',
  SwitchType: 'switch/none',
  MpiDefault: 'none',
  JobAcctGatherType: 'jobacct_gather/none',
  AccountingStorageType: 'accounting_storage/none',
  SelectType: 'select/cons_tres',
  SelectTypeParameters: 'CR_Core',
  // A job starts at once, not at the next round of half a minute.
  SchedulerParameters: 'sched_interval=1,bf_interval=1,batch_sched_delay=0',
  JobSubmitPlugins: 'pbs',
  PlugStackConfig: '/etc/slurm/plugstack.conf',
  ReturnToService: '2',
  SlurmdParameters: 'config_overrides',
  KillWait: '2',
  SlurmdTimeout: '15',
  MessageTimeout: '4',
};

/** slurm.conf: the first host is the head; all of them compute. */
export function slurmConfig(hosts: readonly SlurmHost[], cpus: number): string {
  const head = hosts[0]!;
  const shape = `CPUs=${cpus} Sockets=1 CoresPerSocket=${cpus} ThreadsPerCore=1 RealMemory=1000`;
  return [
    `SlurmctldHost=${head.name}(${head.address})`,
    ...Object.entries(settings).map(([name, value]) => `${name}=${value}`),
    ...hosts.map(({ name, address }) => `NodeName=${name} NodeAddr=${address} ${shape}`),
    `PartitionName=batch Nodes=${hosts.map(({ name }) => name).join(',')} Default=YES MaxTime=INFINITE State=UP`,
    '',
  ].join('\n');
}

/** A plugin has to be named even where no control group is used. */
export const cgroupConfig = 'CgroupPlugin=cgroup/v1\n';

export const plugStackConfig = (pbsPlugin: string): string => `required ${pbsPlugin}\n`;
