// A cluster as an object: what Python's ipyparallel.Cluster does.
import { randomBytes } from 'node:crypto';
import type { Client, ConnectOptions } from '@muster/client';
import { resolveProfileDir } from '@muster/config';
import type { LaunchHandle, LaunchSignal } from '@muster/launchers';
import { MusterError } from '@muster/protocol';
import { type ClusterOptions, checkOptions, readOptions } from './cluster-options.ts';
import { clusterFilePath } from './cluster-store.ts';
import { findClusters } from './commands/list.ts';
import { type Control, createControl, type Ready } from './control/control.ts';
import { createOrder } from './control/create-order.ts';
import { type Found, findCluster, notOurs } from './control/find.ts';
import { type DeadMan, watchOver } from './dead-man.ts';
import { examine } from './examine.ts';
import { type ClusterChoice, findPlace } from './find-place.ts';
import type { ClusterHealth } from './health.ts';
import type { Place } from './place.ts';
import { type ClusterProgress, countOf } from './progress.ts';
import { createTurns } from './turns.ts';
import { describeMissing } from './watch.ts';

export interface StartOptions {
  /** How many engines. Default: as the cluster was made. */
  readonly n?: number | undefined;
  /** Ends a start, and all that it has begun. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * A controller and sets of engines. It is ended by `stop`, at the end of an `await using` block, or when the program ends in any
 * way, unless `stopAtExit` is false.
 */
export class Cluster implements AsyncDisposable {
  readonly profileDir: string;
  readonly clusterId: string;
  readonly #options: ClusterOptions;
  readonly #turns = createTurns();
  readonly #clients = new Set<Client>();
  #control: Control | undefined;
  #deadMan: DeadMan | undefined;

  /** Throws MusterError `bad_option`; settings are checked at the start. */
  constructor(options: ClusterOptions = {}) {
    checkOptions(options);
    this.#options = options;
    this.profileDir = resolveProfileDir(options, process.env);
    this.clusterId = options.clusterId ?? newClusterId();
  }

  /** A cluster that runs, from its file. Throws MusterError `no_cluster`. It goes on when this program ends. */
  static async fromFile(choice: string | ClusterChoice = {}): Promise<Cluster> {
    return Cluster.#of(await findCluster(findPlace(typeof choice === 'string' ? { file: choice } : choice)));
  }

  /** The same, by the name of its profile. */
  static fromProfile(profile: string, choice: Omit<ClusterChoice, 'profile' | 'file'> = {}): Promise<Cluster> {
    return Cluster.fromFile({ ...choice, profile });
  }

  /** All that run: of a profile, or without a choice of all profiles. Those of other machines are left out. */
  static async list(choice: Omit<ClusterChoice, 'file' | 'clusterId'> = {}): Promise<readonly Cluster[]> {
    const { profile = '', profileDir = '', ipythonDir = '' } = choice;
    const found = await findClusters({ profile, profileDir, ipythonDir }, process.env);
    return found.filter(({ cluster }) => cluster.otherHost === undefined).map((one) => Cluster.#of(one));
  }

  static #of({ cluster, order }: Found): Cluster {
    const made = new Cluster({ ...order.place, stopAtExit: false });
    made.#control = createControl(order);
    made.#control.adopt(cluster);
    return made;
  }

  get clusterFile(): string {
    return clusterFilePath(this.#place);
  }

  /** The controller, once started. */
  get controller(): LaunchHandle | undefined {
    return this.#control?.held.controller;
  }

  /** Sets of engines by their ids. */
  get engineSets(): Readonly<Record<string, LaunchHandle>> {
    return this.#control?.held.engineSets ?? {};
  }

  /**
   * Starts controller and engines; resolves when all engines are registered, or wait in a queue. Rejects with MusterError
   * `cluster_running`, `profile_in_use`, `profile_unusable`, `bad_option`, `bad_config`, `start_failed` with the end of a log, or
   * with the reason of `signal`; then nothing is left.
   */
  async start(options: StartOptions = {}): Promise<this> {
    await this.#start(options);
    return this;
  }

  /** Starts the controller alone; resolves when clients and engines can connect. Rejects as `start`. */
  startController(options: Omit<StartOptions, 'n'> = {}): Promise<this> {
    return this.#begin(options, async (control, signal) => {
      await control.startController();
      await control.untilUp(signal);
      return this;
    });
  }

  /** Starts more engines; resolves to the id of their set when they are registered. Rejects with MusterError `start_failed`. */
  startEngines(n?: number, { signal: outer }: Pick<StartOptions, 'signal'> = {}): Promise<string> {
    return this.#turns.run(async (signal) => {
      const control = await this.#ready();
      const ready = await control.startEngines(n, signal);
      await this.#check(control, ready);
      return ready.sets[0]?.setId ?? '';
    }, outer);
  }

  /** Ends engines and controller, and removes their files. Fine when nothing runs; ends a start that is under way. */
  async stop(): Promise<void> {
    this.#turns.interrupt();
    await this.#turns.run(() => this.#end());
  }

  /** Ends the controller alone. */
  async stopController(): Promise<void> {
    await this.#turns.run(async () => (await this.#ready()).stopController());
  }

  /** Ends one set of engines, or all. Rejects with MusterError `bad_option` for an id that is not there. */
  async stopEngines(setId?: string): Promise<void> {
    await this.#turns.run(async () => (await this.#ready()).stopEngines(setId));
  }

  /** Sends a signal to one set of engines, or all: SIGINT interrupts what they run. */
  async signalEngines(signal: LaunchSignal, setId?: string): Promise<void> {
    await (await this.#ready()).signalEngines(signal, setId);
  }

  /** Ends a set of engines, or all, and starts as many again under the same id. */
  async restartEngines(setId?: string, { signal: outer }: Pick<StartOptions, 'signal'> = {}): Promise<void> {
    await this.#turns.run(async (signal) => {
      const control = await this.#restartable();
      await this.#check(control, await control.restartEngines(setId, signal));
    }, outer);
  }

  /** Ends everything and starts it again, with as many engines. Clients must connect anew. */
  async restart({ n, signal: outer }: StartOptions = {}): Promise<void> {
    await this.#turns.run(async (signal) => {
      const control = await this.#restartable();
      await this.#closeClients();
      await this.#check(control, await control.restart(n, signal));
    }, outer);
  }

  /** A client of this cluster, which `stop` closes. Rejects as `connect` of @muster/client. */
  async connect(options: Omit<ConnectOptions, 'profile' | 'profileDir' | 'clusterId' | 'file'> = {}): Promise<Client> {
    if (this.controller !== undefined) await this.#control?.untilUp();
    const { connect } = await import('@muster/client');
    const client = await connect({ ...this.#place, ...options });
    this.#clients.add(client);
    return client;
  }

  /** `start`, `connect`, and a client that sees all engines. */
  async startAndConnect(options: StartOptions & Parameters<Cluster['connect']>[0] = {}): Promise<Client> {
    const { n, signal, ...connection } = options;
    const ready = await this.#start({ n, signal });
    const client = await this.connect(connection);
    const come = ready.n - ready.missing;
    if (come > 0) await client.waitForEngines(come);
    return client;
  }

  /** How controller and engines are now. Rejects with MusterError `no_cluster` when nothing is there. */
  status(): Promise<ClusterHealth> {
    return examine(this.#place);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  get #place(): Place {
    return { profileDir: this.profileDir, clusterId: this.clusterId };
  }

  /** The control, from options and the profile's config file. */
  async #ready(): Promise<Control> {
    if (this.#control !== undefined) return this.#control;
    const { onProgress, onWarning: warn = (message) => process.emitWarning(message) } = this.#options;
    const tell = (progress: ClusterProgress): void => {
      // From here on something may run; before, the cluster that runs may be somebody else's.
      if (progress.phase === 'controller.starting') this.#guard();
      onProgress?.(progress);
    };
    const { values, given, rest, warnings } = await readOptions(this.#options, this.#place, process.env);
    for (const warning of warnings) warn(warning);
    this.#control ??= createControl(createOrder(this.#place, { values, given, rest, tell, warn }));
    return this.#control;
  }

  async #restartable(): Promise<Control> {
    const control = await this.#ready();
    if (control.order.saved === undefined) throw notOurs(this.#place);
    return control;
  }

  #start({ n, signal: outer }: StartOptions): Promise<Ready> {
    const work = async (control: Control, signal: AbortSignal): Promise<Ready> => {
      const isUp = control.held.controller !== undefined;
      const ready = isUp ? await control.startEngines(n, signal) : await control.start(n, signal);
      await this.#check(control, ready);
      return ready;
    };
    // The controller may have been started alone.
    return this.#begin({ signal: outer }, work, ({ held }) => Object.keys(held.engineSets).length > 0);
  }

  /** A start, of which nothing is left when it fails. */
  #begin<T>(
    { signal: outer }: StartOptions,
    work: (control: Control, signal: AbortSignal) => Promise<T>,
    isBegun = ({ held }: Control): boolean => held.controller !== undefined,
  ): Promise<T> {
    return this.#turns.run(async (signal) => {
      const control = await this.#ready();
      if (isBegun(control)) throw new MusterError('cluster_running', `Cluster '${this.clusterId}' has been started.`);
      try {
        return await work(control, signal);
      } catch (error) {
        await this.#end();
        throw error;
      }
    }, outer);
  }

  async #end(): Promise<void> {
    await this.#closeClients();
    await this.#control?.stop();
    this.#deadMan?.release();
    this.#deadMan = undefined;
  }

  async #closeClients(): Promise<void> {
    const clients = [...this.#clients];
    this.#clients.clear();
    await Promise.all(clients.map((client) => client.close()));
  }

  #guard(): void {
    if (this.#options.stopAtExit !== false) this.#deadMan ??= watchOver(this.#place);
  }

  /** Throws MusterError `timeout`, with the end of a log, when engines have not come. */
  async #check({ order, held }: Control, ready: Ready): Promise<void> {
    if (ready.missing === 0 || ready.waiting.length > 0) {
      const text = `${countOf(ready.n - ready.missing, 'engine')} ready.`;
      return order.tell({ phase: 'ready', text, elapsedMs: performance.now() - held.began });
    }
    const sets = ready.sets.map(({ engines }) => engines);
    const text = await describeMissing(order.launchers, sets, ready, order.values.engineTimeoutS * 1000);
    throw new MusterError('timeout', text, 'Look at their logs, or give them more time: engineTimeoutMs.');
  }
}

const newClusterId = (): string => `${Math.floor(Date.now() / 1000)}-${randomBytes(4).toString('hex')}`;
