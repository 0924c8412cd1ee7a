import type { LauncherOperatorValues } from '@muster/launcher-operator';
import { openLauncherOperator } from '@muster/launcher-operator';
import { gauge } from '@muster/telemetry';
import type { StartPart } from '../part.ts';

export const start: StartPart<LauncherOperatorValues> = async ({ values, bus, ports, log, end }) => {
  const operator = await openLauncherOperator({ values, env: process.env, bus, ports, log, end });
  return {
    resync: () => void operator.resync(),
    metrics() {
      const { profiles, desired, registered } = operator.counts();
      return [
        gauge('muster_profiles', 'ClusterProfiles that are looked after.', profiles),
        gauge('muster_engines_desired', 'Engines that profiles ask for.', desired),
        gauge('muster_engines_registered', 'Engines of profiles that are registered.', registered),
      ];
    },
    shutDown: (signal) => operator.endEngines(signal),
    stop: () => operator.stop(),
  };
};
