// ipcluster start: a controller and engines, watched until the end, or left running with --daemonize (§9.5).
import { existsSync } from 'node:fs';
import type { CommandLine } from '@muster/config';
import { createControl } from '../control/control.ts';
import { createOrder, placeOf } from '../control/create-order.ts';
import { finish } from '../finish.ts';
import { countOf, createProgress, type Progress, seconds, showProgress } from '../progress.ts';
import type { StartValues, startSettings } from '../settings.ts';
import { listenForStop } from '../stop-signals.ts';
import { describeMissing } from '../watch.ts';
import { placeOptions } from './place-options.ts';
import { voiceOf } from './voice.ts';

/** Starts a cluster. Resolves to the exit status; throws MusterError `cluster_running`, `profile_in_use`, `start_failed`. */
export async function startCluster(
  { values, given, rest }: Pick<CommandLine<typeof startSettings>, 'values' | 'given' | 'rest'>,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const progress = progressOf(values);
  const tell = showProgress(progress);
  const warn = (message: string): boolean => process.stderr.write(`ipcluster start: ${message}\n`);
  const place = placeOf(values, env);
  // Made by the start, as ipyparallel does; but it may be a typo.
  if (given.profile === 'option' && !existsSync(place.profileDir)) {
    const list = 'Those there are: muster profile list';
    warn(`Profile ${values.profile} is new, and starts with default settings in ${place.profileDir}. ${list}`);
  }
  const control = createControl(createOrder(place, { values, given, rest, tell, warn }));
  const { held, order } = control;
  const signals = listenForStop((signal) => void control.signalEngines(signal).catch(() => {}));

  const run = async (): Promise<number> => {
    const ready = await control.start(undefined, signals.signal);
    if (ready.missing === 0) {
      const took = seconds(performance.now() - held.began);
      const how = values.daemonize ? `Stop with: ipcluster stop${placeOptions(values)}` : 'Stop with Ctrl-C';
      progress.say(`Cluster is ready: ${countOf(ready.n, 'engine')} in ${took}. ${how}`);
    } else {
      const sets = ready.sets.map(({ engines }) => engines);
      const missing = await describeMissing(order.launchers, sets, ready, values.engineTimeoutS * 1000);
      process.stderr.write(`${missing}\n`);
    }
    if (values.daemonize) return ready.missing === 0 || ready.waiting.length > 0 ? 0 : 1;
    return control.untilTheEnd(voiceOf(progress), signals.signal);
  };
  return finish(run, signals, values.daemonize, () => control.stop());
}

export const progressOf = ({ logLevel }: Pick<StartValues, 'logLevel'>): Progress =>
  createProgress(process.stdout, logLevel === 'error' || logLevel === 'silent');
