// What muster help TOPIC says.
import { exitStatuses } from '@muster/config';
import type { Topic } from './topic.ts';

const profiles: Topic = {
  about: 'where settings and files of clusters are kept',
  parts: [
    'A profile is a folder with the config files of the commands, and the files of the clusters that run with it. It is called profile_NAME and lies in $IPYTHONDIR, else in ~/.ipython: the same place that IPython and ipyparallel use. Where no profile is named, it is the one called default.',
    {
      lines: [
        'muster profile create mpi',
        'ipcluster start --profile=mpi -n 4',
        'muster profile show mpi',
        'muster profile list',
      ],
    },
    'Which profile it is, the strongest first:',
    {
      heading: 'Said by',
      pairs: [
        ['--profile-dir=DIR', 'a folder, whatever its name'],
        ['$IPP_PROFILE_DIR', 'the same by the environment'],
        ['--profile=NAME', 'the folder profile_NAME in $IPYTHONDIR or ~/.ipython'],
        ['nothing', 'the folder profile_default there'],
      ],
    },
    {
      heading: 'In the folder',
      pairs: [
        ['ipcluster_config.ts, …', 'settings of the commands: muster help config'],
        ['security', 'connection files and cluster files, with keys: for nobody else to read'],
        ['log', 'what the programs say'],
        ['pid', 'which programs run'],
        ['startup', 'scripts that Python engines run when they start'],
        ['db', 'tasks and their results, with SQLite'],
      ],
    },
    'Several clusters of one profile are told apart by --cluster-id. A controller on another machine: copy security/ipcontroller-engine.json to where the engines are, and security/ipcontroller-client.json to where the clients are.',
  ],
};

const config: Topic = {
  about: 'config files, and what wins over them',
  parts: [
    'ipcluster, ipcontroller and ipengine each read a file from the folder of the profile: ipcluster_config, ipcontroller_config and ipengine_config, with one of the endings .ts .mts .js .mjs .json .yaml .yml. muster profile create makes them with every setting explained and commented out.',
    'In TypeScript and JavaScript there is the familiar c; the file may import and compute what it likes:',
    {
      lines: [
        "c.HubFactory.ip = '*';",
        "c.IPClusterEngines.engine_launcher_class = 'SSH';",
        "c.SSHEngineSetLauncher.engines = { host1: 2, host2: [4, ['--work-dir=/scratch']] };",
      ],
    },
    'The same as data, in YAML:',
    { lines: ["HubFactory: { ip: '*' }", 'IPClusterEngines.engine_launcher_class: SSH'] },
    'Names are those of ipyparallel, of today and of older documents. What is set for a class holds for those that are derived from it, unless they are set, too: IPClusterEngines for IPClusterStart, SSHLauncher for SSHEngineSetLauncher. On the command line the same names work: --HubFactory.ip=*. Each command lists its own with --help-all.',
    {
      heading: 'What wins, the strongest first',
      pairs: [
        ['option', '--ip=*, --HubFactory.ip=*'],
        ['environment', 'the variables that --help names'],
        ['--config=FILE', 'a file named on the command line'],
        ['config file of the profile', 'PROFILE/ipcontroller_config.ts'],
        ['default', 'as --help-all says'],
      ],
    },
    'muster profile show says what is set, and where. Config files of Python (ipcluster_config.py) of plain assignments are taken over by muster profile import, which lists what it could not take over.',
  ],
};

const launchers: Topic = {
  about: 'what starts controller and engines: local, MPI, PBS, SSH, your own',
  parts: [
    'A launcher is what ipcluster starts processes with: one for the controller (--controller, Cluster.controller_launcher_class) and one for the engines (--engines, Cluster.engine_launcher_class). It is named by its short name, by its class, or by the full name of ipyparallel: ssh, SSH, SSHEngineSetLauncher and ipyparallel.cluster.launcher.SSHEngineSetLauncher are the same.',
    {
      heading: 'Launchers',
      pairs: [
        ['local', 'processes on this machine'],
        ['mpi', 'ranks of mpiexec (MPILauncher.mpi_cmd, MPILauncher.mpi_args)'],
        ['pbs', 'batch jobs by qsub (PBSLauncher.queue, PBSEngineSetLauncher.batch_template_file)'],
        ['sge', 'the same for Sun Grid Engine (SGELauncher.queue, …)'],
        ['slurm', 'the same for Slurm by sbatch (SlurmLauncher.queue, SlurmLauncher.account, …)'],
        ['ssh', 'other machines by ssh (SSHEngineSetLauncher.engines, SSHControllerLauncher.hostname)'],
        ['./my-launcher.ts', 'a module of your own, whose default export makes a launcher'],
      ],
    },
    {
      lines: [
        'ipcluster start -n 4 --engines=MPI',
        'ipcluster start -n 128 --profile=pbs       # launchers are named in its ipcluster_config',
        'ipcluster engines -n 4                     # more engines for a controller that runs',
      ],
    },
    'Templates of batch jobs may use {n}, {n//4}, {profile_dir}, {queue} and other simple expressions; braces of the shell stay. All settings of launchers: ipcluster start --help-all.',
  ],
};

const tunnels: Topic = {
  about: 'controllers that can be reached only through ssh',
  parts: [
    'A controller listens on the loopback of its machine unless it is told otherwise. Engines and clients elsewhere then come through an ssh server that can reach it, by the ssh program as you have set it up: agent, ~/.ssh/config, ProxyJump, keys. Nothing is asked for: passwords and passphrases need an agent or a key.',
    {
      heading: 'Said where',
      pairs: [
        ['ipcontroller --engine-ssh=login', 'written into the connection file of engines, which then all tunnel'],
        ['ipcontroller --ssh=login', 'written into that of clients: those elsewhere tunnel'],
        ['ipengine --ssh=login', 'this engine tunnels'],
      ],
    },
    {
      lines: ['node1$ ipcontroller --engine-ssh=node1', 'node2$ ipengine', 'node3$ ipcluster engines --n=4'],
    },
    'A tunnel that breaks is made again with the same ports, and none is left when its program ends. Without a tunnel: ipcontroller --ip=* listens on all interfaces; --location says by which name others reach this machine.',
  ],
};

const exitCodes: Topic = {
  about: 'exit statuses of the commands',
  parts: [
    'All commands end with one of these, and say on stderr what went wrong and what to do about it.',
    { heading: 'Exit status', pairs: Object.entries(exitStatuses) },
    'A program that is ended by a signal that it does not handle, such as SIGKILL, shows it as shells do: 128 and the number of the signal.',
  ],
};

export const topics: Readonly<Record<string, Topic>> = {
  profiles,
  config,
  launchers,
  tunnels,
  'exit-codes': exitCodes,
};
