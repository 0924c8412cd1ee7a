// Names of classes and traits of ipyparallel 9.2 and of the 0.12/0.13 documents (§7.6, §9): settings that people's
// scripts pass and that have no meaning here are taken with a warning instead of an error.

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

export const originalClasses = words(`
  Application BaseIPythonApplication BaseLauncher BaseParallelApplication BatchControllerLauncher
  BatchEngineSetLauncher BatchSystemLauncher Cluster ClusterManager
  ControllerLauncher DictDB EngineLauncher HTCondorControllerLauncher HTCondorEngineSetLauncher HTCondorLauncher
  HeartMonitor Hub HubFactory IPCluster IPClusterApp IPClusterClean IPClusterEngines IPClusterList IPClusterStart
  IPClusterStop IPController IPControllerApp IPEngine IPEngineApp IPythonKernel InteractiveShell Kernel
  LSFControllerLauncher LSFEngineSetLauncher LSFLauncher LocalControllerLauncher LocalEngineLauncher
  LocalEngineSetLauncher LocalProcessLauncher MPI MPIControllerLauncher MPIEngineSetLauncher MPILauncher MongoDB NoDB
  PBSControllerLauncher PBSEngineSetLauncher PBSLauncher ProfileDir SGEControllerLauncher SGEEngineSetLauncher
  SGELauncher SQLiteDB SSHControllerLauncher SSHEngineLauncher SSHEngineSetLauncher SSHLauncher
  SSHProxyEngineSetLauncher Session SlurmControllerLauncher SlurmEngineSetLauncher SlurmLauncher TaskScheduler
  WindowsHPCControllerLauncher WindowsHPCEngineSetLauncher WindowsHPCLauncher`);

/** Classes of Python's kernel: all that they have is Python's. */
export const pythonClasses = words(`
  Completer HistoryAccessor HistoryManager IPCompleter IPythonKernel IPythonParallelKernel InteractiveShell Kernel
  ZMQInteractiveShell`);

export const originalTraits = words(`
  account add_ipython_dir_to_sys_path auto_create batch_file_name batch_template batch_template_file broadcast_scheduler_depth buffer_threshold
  check_pid clean_logs client_ip client_json_file client_ports client_transport cluster_id config_file_name
  connection_args connection_info_timeout connection_kwargs control controller_args controller_cmd controller_ip
  controller_launcher controller_launcher_class controller_location copy_config_files copy_threshold cull_fraction
  curve_publickey curve_secretkey curve_serverkey daemonize database db_class debug delay delete_command
  digest_history_size display_hook_factory early_shutdown enable_curve enable_nanny engine_args engine_cmd engine_ip
  engine_json_file engine_launcher engine_launcher_class engine_ports engine_set_launcher engine_ssh_server
  engine_timeout engine_transport engines environment extra_config_file filename force hb hostname hwm id init_mpi
  init_script iopub ip ipcluster_args ipcluster_cmd ipython_dir item_threshold job_cmd job_file_name job_id_regexp
  job_id_regexp_group key keyfile load_profile location log_datefmt log_format log_level log_to_file log_url
  logging_config max_heartbeat_misses max_heartmonitor_misses metadata mon_port monitor_ip monitor_transport mpi_args
  mpi_cmd mpi_registration_delay mux n namespace notifier_port options out_stream_factory output_file output_format
  output_limit overwrite packer paramiko period poll_seconds ports profile qos queue record_limit registration_timeout
  registration_url regport remote_profile_dir remote_python restore_engines reuse_files scheduler scheme_name
  scp_args scp_cmd send_engines_connection_env session show_config show_config_json shutdown_atexit signal
  signal_command signature_scheme size_limit ssh_args ssh_cmd ssh_server sshkey sshserver startup_command
  startup_script stop_seconds_until_kill stop_timeout submit_command table task timelimit timeout to_fetch to_send
  transport unpacker url_file url_file_name use use_mpi use_threads user username verbose_crash wait_for_url_file
  work_dir`);

/** Short options of the original without meaning here: true when one takes a value. */
export const originalFlags: Readonly<Record<string, boolean>> = {
  usethreads: false,
  threads: false,
  secure: false,
  'no-secure': false,
  init: false,
  'log-to-file': false,
  'clean-logs': false,
  'show-config': false,
  'show-config-json': false,
  mpi: false,
  'log-url': true,
  'work-dir': true,
  transport: true,
  user: true,
  ident: true,
  session: true,
  keyfile: true,
  config: true,
};
