// Engines on this machine (`spec.launcher.local`).

import type { EngineHandle, EngineLauncher } from './engine-launcher.ts';
import { checkOrder, type EnginePrograms, engineCommand, engineEnvironment, uuidFlag } from './engine-program.ts';
import { removeFromSite, startOnSite, statusOnSites } from './folder/folder-launches.ts';
import type { Sites } from './sites/sites.ts';

export function createLocalEngineLauncher(
  sites: Sites,
  programs: EnginePrograms = {},
): EngineLauncher<unknown, EngineHandle> {
  return {
    name: 'local',
    maxEngines: 1,
    plan: ({ id, n }) => {
      checkOrder({ id, n }, 1);
      return { launcher: 'local', id, n };
    },
    submit: async ({ handle: { id }, engine, connection }) => {
      const command = [...engineCommand(engine, programs), uuidFlag(id, 0)];
      await startOnSite(sites(), [
        { id, command, env: engineEnvironment(engine, connection), workDir: engine.workDir },
      ]);
    },
    status: (handles) =>
      statusOnSites(
        sites,
        handles.map(({ launcher, id, n }) => ({ launcher, id, n })),
        false,
      ),
    remove: async ({ id }) => removeFromSite(sites(), [id]),
  };
}
