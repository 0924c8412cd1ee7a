// spec: what people write, with the rules that concern several of its members.
import { z } from 'zod';
import { engineSchema } from './engine-schema.ts';
import { launcherSchema } from './launcher-schema.ts';
import { withRules } from './rules.ts';

/** Of one profile: by pods, ssh and here every engine is a launch of its own, and all launches are in its status. */
const mostSingleEngines = 1000;
const mostEngines = 10_000;

const members = z.strictObject({
  engines: z
    .int()
    .min(0)
    .max(mostEngines)
    .default(1)
    .meta({ format: 'int32' })
    .describe('How many engines there shall be.'),
  engine: engineSchema,
  launcher: launcherSchema,
});

export const specSchema = withRules(members, [
  {
    cel: '!has(self.engine.image) || has(self.launcher.pods)',
    check: ({ engine, launcher }) => engine.image === undefined || launcher.pods !== undefined,
    message: 'spec.engine.image is for the launcher pods only; remove it, or use spec.launcher.pods',
  },
  {
    cel: '!has(self.engine.resources) || has(self.launcher.pods)',
    check: ({ engine, launcher }) => engine.resources === undefined || launcher.pods !== undefined,
    message: 'spec.engine.resources is for the launcher pods only; remove it, or use spec.launcher.pods',
  },
  {
    cel: "!has(self.engine.workDir) || !has(self.launcher.pods) || self.engine.workDir.startsWith('/')",
    check: ({ engine, launcher }) =>
      engine.workDir === undefined || launcher.pods === undefined || engine.workDir.startsWith('/'),
    message: 'spec.engine.workDir of pods must begin with "/"',
  },
  {
    cel: '!has(self.launcher.ssh) || self.engines <= self.launcher.ssh.hosts.map(host, host.slots).sum()',
    check: ({ engines, launcher }) =>
      launcher.ssh === undefined || engines <= launcher.ssh.hosts.reduce((sum, { slots }) => sum + slots, 0),
    message: 'spec.engines is more than the slots of all spec.launcher.ssh.hosts; add hosts or slots, or ask for fewer',
  },
  {
    cel: `self.engines <= ${mostSingleEngines} || has(self.launcher.mpi) || has(self.launcher.pbs)`,
    check: ({ engines, launcher }) =>
      engines <= mostSingleEngines || launcher.mpi !== undefined || launcher.pbs !== undefined,
    message: `spec.engines may be more than ${mostSingleEngines} with the launchers mpi and pbs only; share them among several profiles`,
  },
]).describe('What is wanted.');
