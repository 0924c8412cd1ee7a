// The ClusterProfile: names, types, and the schema of the whole.
import { z } from 'zod';
import { profileKind } from './kind.ts';
import type { LauncherName } from './launcher-schema.ts';
import { launcherNames } from './launcher-schema.ts';
import { withRules } from './rules.ts';
import { specSchema } from './spec-schema.ts';
import { statusSchema } from './status-schema.ts';

export type ProfileSpec = z.output<typeof specSchema>;
export type ProfileStatus = z.output<typeof statusSchema>;
export type ProfileCondition = NonNullable<ProfileStatus['conditions']>[number];

/** Its name leaves room for `-xxxxx-INDEX` in the names of launches and engines. */
const longestName = 44;
const namePattern = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

const metadataSchema = z
  .looseObject({
    name: z.string().min(1),
    namespace: z.string().max(63).optional(),
    labels: z.record(z.string(), z.string()).optional(),
    annotations: z.record(z.string(), z.string()).optional(),
    uid: z.string().optional(),
    generation: z.int().optional(),
    resourceVersion: z.string().optional(),
    deletionTimestamp: z.string().optional(),
    finalizers: z.array(z.string()).optional(),
  })
  .describe('Name, and what Kubernetes keeps about an object.');

export const profileSchema = withRules(
  z.strictObject({
    apiVersion: z.literal(profileKind.apiVersion),
    kind: z.literal(profileKind.kind),
    metadata: metadataSchema,
    spec: specSchema,
    status: statusSchema.optional(),
  }),
  [
    {
      cel: `self.metadata.name.size() <= ${longestName} && self.metadata.name.matches('${namePattern.source}')`,
      check: ({ metadata }) => metadata.name.length <= longestName && namePattern.test(metadata.name),
      message: `metadata.name must be lower-case letters, digits and "-", at most ${longestName} characters: the names of engines begin with it`,
    },
  ],
).describe('A pool of engines for one cluster: how many, what they are, and how they are started.');

/** A profile as the operator works with it: defaults filled in, quantities as text. */
export type ClusterProfile = z.output<typeof profileSchema>;
/** A profile as people write it. */
export type ClusterProfileInput = z.input<typeof profileSchema>;

/** Which launcher a profile has. */
export const launcherOf = (spec: ProfileSpec): LauncherName =>
  launcherNames.find((name) => spec.launcher[name] !== undefined)!;
