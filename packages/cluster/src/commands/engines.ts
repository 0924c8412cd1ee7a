// ipcluster engines: engines for a controller that is there or will be (§9.5).
import { availableParallelism } from 'node:os';
import { ensureProfile, profileLabel, resolveProfileDir } from '@muster/config';
import { createLocalLauncher, type LaunchHandle } from '@muster/launchers';
import { isEmpty, loadCluster, updateCluster } from '../cluster-store.ts';
import { finish } from '../finish.ts';
import type { EnginesValues, Place } from '../programs.ts';
import { engineSpec } from '../programs.ts';
import { countOf, createProgress, seconds } from '../progress.ts';
import { registeredEngines } from '../registered.ts';
import { listenForStop } from '../stop-signals.ts';
import { untilRegistered, untilTheEnd } from '../watch.ts';

/** Starts engines. Resolves to the exit status; throws MusterError `start_failed`. */
export async function startEngines(values: EnginesValues, env: NodeJS.ProcessEnv): Promise<number> {
  const began = performance.now();
  const place: Place = { profileDir: resolveProfileDir(values, env), clusterId: values.clusterId };
  const { profileDir, clusterId } = place;
  const launcher = createLocalLauncher();
  const progress = createProgress(process.stdout, values.logLevel === 'error' || values.logLevel === 'silent');
  const n = values.n ?? availableParallelism();
  ensureProfile(profileDir);
  const found = await loadCluster(profileDir, clusterId, launcher);
  const before = registeredEngines(profileDir, clusterId) ?? new Set<string>();
  const setId = freeSetId(Object.keys(found?.engineSets ?? {}));
  let engines: LaunchHandle | undefined;
  const signals = listenForStop((signal) => {
    if (engines !== undefined) void launcher.signal?.(engines, signal);
    if (signal === 'SIGINT') progress.say('Interrupt sent to the engines. Ctrl-C again at once stops them.');
  }, true);
  progress.say(`Starting ${countOf(n, 'engine')}, profile ${profileLabel(profileDir)} …`);

  const run = async (): Promise<number> => {
    engines = await launcher.submit(engineSpec(values, n, setId, place));
    const added = engines;
    updateCluster(profileDir, clusterId, (cluster) => {
      const base = cluster ?? { ...place, options: {}, engineSets: {} };
      return { ...base, engineSets: { ...base.engineSets, [setId]: added } };
    });
    const watched = { place, launcher, engines, began, progress, stop: signals.signal };
    const missing = await untilRegistered(watched, before, values.engineTimeoutS * 1000);
    const how = values.daemonize ? '' : ' Stop with Ctrl-C twice.';
    if (missing === 0) progress.say(`${countOf(n, 'engine')} ready in ${seconds(performance.now() - began)}.${how}`);
    // The controller may be elsewhere, where we cannot see who is registered.
    else progress.say(`${countOf(n, 'engine')} run; ${missing} not seen in the controller's list.${how}`);
    return values.daemonize ? 0 : untilTheEnd(watched);
  };
  return finish(run, signals, values.daemonize, async () => {
    if (engines !== undefined) await launcher.remove(engines);
    updateCluster(profileDir, clusterId, (cluster) => {
      if (cluster === undefined) return undefined;
      const { [setId]: _, ...engineSets } = cluster.engineSets;
      const rest = { ...cluster, engineSets };
      return isEmpty(rest) ? undefined : rest;
    });
    progress.say('Engines are stopped.');
  });
}

/** Unix seconds; with `-1`, `-2`… when taken. */
export function freeSetId(taken: readonly string[], now = Math.floor(Date.now() / 1000)): string {
  for (let i = 0; ; i++) {
    const id = i === 0 ? String(now) : `${now}-${i}`;
    if (!taken.includes(id)) return id;
  }
}
