// ipcluster engines: engines for a controller that is there or will be (§9.5).
import { createControl } from '../control/control.ts';
import { createOrder, placeOf } from '../control/create-order.ts';
import { finish } from '../finish.ts';
import { countOf, seconds, showProgress } from '../progress.ts';
import type { EnginesValues } from '../settings.ts';
import { listenForStop } from '../stop-signals.ts';
import { progressOf } from './start.ts';
import { voiceOf } from './voice.ts';

/** Starts engines. Resolves to the exit status; throws MusterError `start_failed`. */
export async function startEngines(values: EnginesValues, env: NodeJS.ProcessEnv): Promise<number> {
  const progress = progressOf(values);
  const warn = (message: string): boolean => process.stderr.write(`ipcluster engines: ${message}\n`);
  const control = createControl(createOrder(placeOf(values, env), { values, tell: showProgress(progress), warn }));
  const { held } = control;
  const signals = listenForStop((signal) => {
    void control.signalEngines(signal, Object.keys(held.engineSets)[0]).catch(() => {});
    if (signal === 'SIGINT') progress.say('Interrupt sent to the engines. Ctrl-C again at once stops them.');
  }, true);

  const run = async (): Promise<number> => {
    const { n, missing, waiting } = await control.startEngines(undefined, signals.signal);
    const how = values.daemonize ? '' : ' Stop with Ctrl-C twice.';
    const reasons = waiting.map(({ reason }) => reason).join('; ');
    if (missing === 0)
      progress.say(`${countOf(n, 'engine')} ready in ${seconds(performance.now() - held.began)}.${how}`);
    else if (reasons !== '') progress.say(`${missing} of ${countOf(n, 'engine')} will join later: ${reasons}.${how}`);
    // The controller may be elsewhere, where we cannot see who is registered.
    else progress.say(`${countOf(n, 'engine')} run; ${missing} not seen in the controller's list.${how}`);
    return values.daemonize ? 0 : control.untilTheEnd(voiceOf(progress), signals.signal);
  };
  return finish(run, signals, values.daemonize, async () => {
    await control.stop();
    progress.say('Engines are stopped.');
  });
}
