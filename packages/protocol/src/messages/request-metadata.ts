// Metadata of requests, by channel (§4.4): where a client says how its work is to be run. Null members mean the default
// (§12.5).
import { anyObject } from './entry.ts';
import { boolean, either, integer, integerFrom, list, looseObject, number, pair, text, word } from './schema.ts';

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
const ids = list(text);
const flag = (otherwise: boolean) => boolean.nullish().transform((value) => value ?? otherwise);

/** A list of msg ids, or the dictionary form; read as the dictionary form with all its members. */
const dependencySchema = either(
  [
    ids.transform((dependencies): Dependency => ({ ...none, dependencies })),
    looseObject({
      dependencies: ids.nullish().transform((value) => value ?? []),
      all: flag(true),
      success: flag(true),
      failure: flag(false),
    }).transform(({ dependencies, all, success, failure }): Dependency => ({ dependencies, all, success, failure })),
  ],
  'expected a list of msg ids or a dependency',
)
  .nullish()
  .transform((value) => value ?? none)
  .refine(({ success, failure }) => success || failure, 'success and failure are both false: it can never be met');

const label = text.nullish().transform((value) => value ?? null);

export const requestMetadata = {
  /** mux: an engine was named by its id frame. */
  direct: looseObject({ label }),
  /** task: any engine that fits. */
  task: looseObject({
    label,
    after: dependencySchema,
    follow: dependencySchema,
    /** Seconds that the task may wait; null: no limit (0 on the wire). */
    timeout: number.nullish().transform((value) => (value != null && value > 0 ? value : null)),
    /** uuids of engines; empty: any. */
    targets: ids.nullish().transform((value) => value ?? []),
    retries: integerFrom(0)
      .nullish()
      .transform((value) => value ?? 0),
  }),
  /** broadcast: the engines are listed here (§2.4). */
  broadcast: looseObject({
    label,
    targets: list(pair(text, integer)),
    is_broadcast: flag(true),
    is_coalescing: flag(false),
    original_msg_id: text.nullish().transform((value) => value ?? null),
  }),
} as const;

/** Metadata of engines' replies; the scheduler and the hub depend on it (§4.5). */
export const replyMetadata = looseObject({
  started: text.optional(),
  dependencies_met: boolean.optional(),
  engine: text.optional(),
  is_broadcast: boolean.optional(),
  is_coalescing: boolean.optional(),
  original_msg_id: text.optional(),
  label: text.nullish(),
  status: word('ok', 'error', 'aborted').optional(),
  engine_info: anyObject.optional(),
});
