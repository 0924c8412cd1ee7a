// What a launcher of a ClusterProfile is. Everything that is needed to find a launch again (its id, its machine) is in
// its handle, and the handle is made by `plan` before anything is started: whoever keeps it first and then calls `submit`
// can be killed at any moment, do both again after a restart, and neither starts a thing twice nor loses one.

/** The longest launch id: with `-INDEX` behind it, it still is a name that every system takes. */
export const maxLaunchIdLength = 50;

/** One engine, as a ClusterProfile describes it (`spec.engine`). */
export interface EngineProgram {
  readonly kernel: 'node' | 'python';
  /** In place of the kernel's own program; the engine's flags are added to it. */
  readonly command?: readonly string[] | undefined;
  /** Added behind all other flags. */
  readonly args?: readonly string[] | undefined;
  readonly env?: readonly { readonly name: string; readonly value: string }[] | undefined;
  /** Code of the kernel's language, run before any request. */
  readonly startupCommand?: string | undefined;
  readonly workDir?: string | undefined;
  /** Launchers of containers use it. */
  readonly image?: string | undefined;
  /** Launchers of containers use it: quantities by name, as in a pod. */
  readonly resources?:
    | {
        readonly requests?: Readonly<Record<string, string>> | undefined;
        readonly limits?: Readonly<Record<string, string>> | undefined;
      }
    | undefined;
}

/** A launch before it is made. */
export interface LaunchOrder<Spec = unknown> {
  /** A DNS label of at most 50 characters, new for every launch. */
  readonly id: string;
  /** How many engines; their uuids are `ID-0` … `ID-(n-1)`. */
  readonly n: number;
  /** The launcher's own part of the profile, e.g. `spec.launcher.ssh`. */
  readonly spec: Spec;
}

/**
 * Where a launch is, as plain JSON without secrets: a program can keep it in a file or in the status of an object, and
 * another one goes on with it. A launcher adds its own members (machine, namespace, …).
 */
export interface EngineHandle {
  /** Name of the launcher that made it. */
  readonly launcher: string;
  readonly id: string;
  readonly n: number;
}

/** A planned launch with all that starting it takes. */
export interface EngineLaunch<Spec = unknown, Handle extends EngineHandle = EngineHandle> {
  readonly handle: Handle;
  readonly spec: Spec;
  readonly engine: EngineProgram;
  /** Text of the engines' connection file. Secret: goes by stdin, environment or a private file, never in arguments. */
  readonly connection: string;
}

/**
 * `absent`: never submitted, or removed. `queued`: waits for the batch system or for a machine. `starting`: on its way.
 * `running`: its process runs (registering at the controller is another matter). `ended`: see `reason`.
 * `unknown`: the system that knows cannot be asked now; see the launch's reason.
 */
export type EngineState = 'absent' | 'queued' | 'starting' | 'running' | 'ended' | 'unknown';

export interface EngineStatus {
  readonly state: EngineState;
  /** For people: why it waits or how it ended ("status 1", "SIGKILL", "ImagePullBackOff: …"); "" when there is nothing to say. */
  readonly reason: string;
}

export interface EngineLaunchStatus {
  /** By index: always n of them. */
  readonly engines: readonly EngineStatus[];
  /** What is wrong with the launch as a whole, with what to do; "" when nothing is. */
  readonly reason: string;
  /** The last lines that its engines wrote, at most 2,000 characters; "" when there are none or they run well. */
  readonly logTail: string;
}

/** What launchers of profiles can do, whatever the system. Each call takes at most about a minute. */
export interface EngineLauncher<Spec = unknown, Handle extends EngineHandle = EngineHandle> {
  /** As in the profile: `pods`, `local`, `ssh`, `mpi`, `pbs`. */
  readonly name: string;
  /** Engines that one launch may have: 1 where each engine is a launch of its own. */
  readonly maxEngines: number;
  /**
   * Pure: decides where a launch goes. `taken` are the handles of all launches of this profile that have not been removed.
   * Throws MusterError `bad_option`, or `limit_reached` when every slot is taken.
   */
  plan(order: LaunchOrder<Spec>, taken: readonly EngineHandle[]): Handle;
  /**
   * Starts it: all of it or nothing. Does nothing when this id was submitted before. Rejects with MusterError:
   * `start_failed`, `bad_option`, `access_denied`, or, when it may work later as it is, `timeout` or `unreachable`.
   */
  submit(launch: EngineLaunch<Spec, Handle>): Promise<void>;
  /** By launch id, an entry for every handle. A system that cannot be asked makes its launches `unknown`; never rejects. */
  status(handles: readonly Handle[]): Promise<ReadonlyMap<string, EngineLaunchStatus>>;
  /** Ends what runs, then forgets the launch. Fine when it is absent. Rejects with MusterError when it is not certain. */
  remove(handle: Handle): Promise<void>;
}
