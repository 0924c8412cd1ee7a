// status: what the operator says about a profile.
import { z } from 'zod';
import { uniqueBy } from './rules.ts';

const count = (what: string) =>
  z
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .meta({ format: 'int32' })
    .describe(what);

const generation = (what: string) => z.int().min(0).meta({ format: 'int64' }).optional().describe(what);

const condition = z.strictObject({
  type: z.string().max(316).describe('Ready, Launched or Draining.'),
  status: z.enum(['True', 'False', 'Unknown']).describe('Whether it is so.'),
  reason: z.string().min(1).max(1024).describe('Why, as one word for programs.'),
  message: z.string().max(32_768).describe('Why, for people, with what to do about it.'),
  lastTransitionTime: z.string().max(64).meta({ format: 'date-time' }).describe('When its status changed last.'),
  observedGeneration: generation('The generation of the profile that it speaks of.'),
});

const launch = z
  .looseObject({
    launcher: z.string().max(64).describe('Name of the launcher that made it.'),
    id: z.string().max(63).describe('Id of the launch; its engines are ID-0, ID-1, …'),
    n: z.int().min(1).max(10_000).meta({ format: 'int32' }).describe('How many engines it has.'),
  })
  .describe("Where a launch is to be found; further members are the launcher's own.");

export const statusSchema = z
  .strictObject({
    observedGeneration: generation('The generation of the profile that this status speaks of.'),
    launcher: z.string().max(64).optional().describe('Name of the launcher in use.'),
    desired: count('Engines that are wanted.').optional(),
    launched: count('Engines that have been started.').optional(),
    registered: count('Engines that are registered at the controller.').optional(),
    conditions: uniqueBy(z.array(condition).max(16), 'type').optional().describe('What holds, and why.'),
    launches: z.array(launch).max(10_000).optional().describe('Every launch that has not been cleaned up.'),
  })
  .describe('What there is; written by the operator.');
