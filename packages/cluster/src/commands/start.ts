// ipcluster start: a controller and engines, watched until the end, or left running with --daemonize (§9.5).
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  claimHolder,
  claimProfile,
  connectionPaths,
  engineStatePath,
  ensureProfile,
  profileLabel,
  profilePart,
  removeConnectionFiles,
  removeFile,
  resolveProfileDir,
} from '@muster/config';
import { createLocalLauncher, type Launcher, type LaunchHandle } from '@muster/launchers';
import { MusterError } from '@muster/protocol';
import { describeOptions } from '../cluster-file.ts';
import { isEmpty, keepsFiles, loadCluster, removeRemains, updateCluster } from '../cluster-store.ts';
import { finish, removeInOrder } from '../finish.ts';
import type { Place, StartValues } from '../programs.ts';
import { controllerArguments, controllerSpec, engineSpec } from '../programs.ts';
import { countOf, createProgress, seconds } from '../progress.ts';
import { listenForStop } from '../stop-signals.ts';
import { untilControllerIsUp, untilRegistered, untilTheEnd, type Watched } from '../watch.ts';

/** How long a controller may take to write its files. */
const controllerTimeoutMs = 60_000;

/** Starts a cluster. Resolves to the exit status; throws MusterError `cluster_running`, `profile_in_use`, `start_failed`. */
export async function startCluster(
  values: StartValues,
  rest: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const began = performance.now();
  const place: Place = { profileDir: resolveProfileDir(values, env), clusterId: values.clusterId };
  const launcher = createLocalLauncher();
  const progress = createProgress(process.stdout, values.logLevel === 'error' || values.logLevel === 'silent');
  const n = values.n ?? availableParallelism();
  const options = describeOptions({ ...values, controllerArguments: controllerArguments(values, rest), n });
  ensureProfile(place.profileDir);
  claimStart(place);
  await refuseIfRunning(place, launcher);
  removeOldLogs(place);
  const keeps = keepsFiles(options);
  if (!keeps) removeConnectionFiles(connectionPaths(place.profileDir, place.clusterId));
  removeFile(engineStatePath(place.profileDir, place.clusterId));
  progress.say(`Starting a controller and ${countOf(n, 'engine')}, profile ${profileLabel(place.profileDir)} …`);

  const started: LaunchHandle[] = [];
  const signals = listenForStop((signal) => {
    const [, engines] = started;
    if (engines !== undefined) void launcher.signal?.(engines, signal);
  });
  const run = async (): Promise<number> => {
    const controller = await launcher.submit(controllerSpec(values, rest, place));
    started.push(controller);
    updateCluster(place.profileDir, place.clusterId, () => ({ ...place, options, controller, engineSets: {} }));
    const watched = { place, launcher, controller, began, progress, stop: signals.signal };
    // With files of an earlier start, engines would go by these before the controller has checked them.
    if (keeps) await untilControllerIsUp({ ...watched, engines: controller }, controller, controllerTimeoutMs);
    await delay(values.delayS * 1000, undefined, { signal: signals.signal });
    const setId = String(Math.floor(Date.now() / 1000));
    const engines = await launcher.submit(engineSpec(values, n, setId, place));
    started.push(engines);
    updateCluster(place.profileDir, place.clusterId, (cluster) => ({
      ...{ ...place, options, controller },
      engineSets: { ...cluster?.engineSets, [setId]: engines },
    }));
    return attend({ ...watched, engines }, values, n);
  };
  return finish(run, signals, values.daemonize, async () => {
    if (started.length > 0) progress.say('Stopping the cluster …');
    // Also engines that were added meanwhile.
    const added = Object.values((await loadCluster(place.profileDir, place.clusterId, launcher))?.engineSets ?? {});
    const [controller, ...engines] = started;
    await removeInOrder(launcher, controller, [...engines, ...added]);
    updateCluster(place.profileDir, place.clusterId, () => undefined);
    removeRemains(place.profileDir, place.clusterId, options);
    if (started.length > 0) progress.say('Cluster is stopped.');
  });
}

/** From the start of the processes to the end of the command. */
async function attend(
  watched: Watched & { readonly controller: LaunchHandle },
  values: StartValues,
  n: number,
): Promise<number> {
  const { began, progress, place } = watched;
  await untilControllerIsUp(watched, watched.controller, controllerTimeoutMs);
  const missing = await untilRegistered(watched, new Set(), values.engineTimeoutS * 1000);
  const took = seconds(performance.now() - began);
  const how = values.daemonize ? `Stop with: ipcluster stop${placeArguments(values)}` : 'Stop with Ctrl-C';
  if (missing === 0) progress.say(`Cluster is ready: ${countOf(n, 'engine')} in ${took}. ${how}`);
  else {
    process.stderr.write(
      `${missing} of ${countOf(n, 'engine')} did not register within ${values.engineTimeoutS} s. Logs: ${profilePart(place.profileDir, 'log')}\n`,
    );
  }
  if (values.daemonize) return missing === 0 ? 0 : 1;
  return untilTheEnd(watched);
}

/** The options by which other commands find this cluster. */
function placeArguments(values: StartValues): string {
  const { profileDir, profile, clusterId } = values;
  const given: [string, string][] = [
    ['profile-dir', profileDir],
    ['profile', profile],
    ['cluster-id', clusterId],
  ];
  return given.map(([name, value]) => (value === '' ? '' : ` --${name}=${value}`)).join('');
}

/** Of two starts at the same time, one goes on. The claim ends with the process. */
function claimStart({ profileDir, clusterId }: Place): void {
  try {
    claimProfile(profileDir, clusterId, 'ipcluster');
  } catch (error) {
    if (!(error instanceof MusterError) || error.code !== 'profile_in_use') throw error;
    throw new MusterError('cluster_running', error.message);
  }
}

async function refuseIfRunning({ profileDir, clusterId }: Place, launcher: Launcher): Promise<void> {
  const found = await loadCluster(profileDir, clusterId, launcher);
  if (found?.otherHost !== undefined) {
    throw new MusterError(
      'cluster_running',
      `A cluster with this profile was started on ${found.otherHost}.`,
      `Stop it there (ipcluster stop), or, if that machine is no more, run: ipcluster clean --force`,
    );
  }
  if (found !== undefined && !isEmpty(found)) {
    const sets = Object.values(found.engineSets);
    const engines = sets.reduce((sum, set) => sum + Object.keys(set.processes).length, 0);
    const what = found.controller === undefined ? 'Engines without a controller' : 'A controller';
    throw new MusterError('cluster_running', `${what} (${countOf(engines, 'engine')}) already run in ${profileDir}.`);
  }
  const holder = claimHolder(profileDir, clusterId);
  if (holder !== undefined) {
    throw new MusterError(
      'profile_in_use',
      `Process ${holder.pid} runs a controller in ${profileDir}.`,
      `Add engines to it (ipcluster engines), end it (kill ${holder.pid}), or choose another --cluster-id or --profile.`,
    );
  }
}

/** Logs of earlier starts of this cluster; those of others stay. */
function removeOldLogs({ profileDir, clusterId }: Place): void {
  const id = clusterId === '' ? '' : `${clusterId.replace(/[.*+?^${}()|[\]\\-]/g, '\\$&')}-`;
  const old = new RegExp(`^(ipcontroller-${id}\\d+|ipengine-${id}\\d+(-\\d+)+)\\.log$`);
  const folder = profilePart(profileDir, 'log');
  for (const name of readdirSync(folder)) if (old.test(name)) removeFile(join(folder, name));
}
