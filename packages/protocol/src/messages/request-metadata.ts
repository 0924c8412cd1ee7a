// Metadata of requests, by channel (§4.4): where a client says how its work is to be run. Null members mean the default
// (§12.5).
import { z } from 'zod';
import { anyObject } from './entry.ts';

/** Ends that a task waits for. Empty `dependencies`: nothing to wait for. */
export interface Dependency {
  readonly dependencies: readonly string[];
  /** All of them, or any. */
  readonly all: boolean;
  /** Does an end in success count? */
  readonly success: boolean;
  /** Does an end in failure count? */
  readonly failure: boolean;
}

const none: Dependency = { dependencies: [], all: true, success: true, failure: false };
const ids = z.array(z.string());
const flag = (otherwise: boolean) =>
  z
    .boolean()
    .nullish()
    .transform((value) => value ?? otherwise);

/** A list of msg ids, or the dictionary form; read as the dictionary form with all its members. */
const dependencySchema = z
  .union(
    [
      ids.transform((dependencies): Dependency => ({ ...none, dependencies })),
      z
        .looseObject({
          dependencies: ids.nullish().transform((value) => value ?? []),
          all: flag(true),
          success: flag(true),
          failure: flag(false),
        })
        .transform(({ dependencies, all, success, failure }): Dependency => ({ dependencies, all, success, failure })),
    ],
    'expected a list of msg ids or a dependency',
  )
  .nullish()
  .transform((value) => value ?? none)
  .refine(({ success, failure }) => success || failure, 'success and failure are both false: it can never be met');

const label = z
  .string()
  .nullish()
  .transform((value) => value ?? null);

export const requestMetadata = {
  /** mux: an engine was named by its id frame. */
  direct: z.looseObject({ label }),
  /** task: any engine that fits. */
  task: z.looseObject({
    label,
    after: dependencySchema,
    follow: dependencySchema,
    /** Seconds that the task may wait; null: no limit (0 on the wire). */
    timeout: z
      .number()
      .nullish()
      .transform((value) => (value != null && value > 0 ? value : null)),
    /** uuids of engines; empty: any. */
    targets: ids.nullish().transform((value) => value ?? []),
    retries: z
      .int()
      .min(0)
      .nullish()
      .transform((value) => value ?? 0),
  }),
  /** broadcast: the engines are listed here (§2.4). */
  broadcast: z.looseObject({
    label,
    targets: z.array(z.tuple([z.string(), z.int()])),
    is_broadcast: flag(true),
    is_coalescing: flag(false),
    original_msg_id: z
      .string()
      .nullish()
      .transform((value) => value ?? null),
  }),
} as const;

/** Metadata of engines' replies; the scheduler and the hub depend on it (§4.5). */
export const replyMetadata = z.looseObject({
  started: z.string().optional(),
  dependencies_met: z.boolean().optional(),
  engine: z.string().optional(),
  is_broadcast: z.boolean().optional(),
  is_coalescing: z.boolean().optional(),
  original_msg_id: z.string().optional(),
  label: z.string().nullish(),
  status: z.enum(['ok', 'error', 'aborted']).optional(),
  engine_info: anyObject.optional(),
});
