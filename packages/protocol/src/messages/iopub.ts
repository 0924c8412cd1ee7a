// What engines publish while they work (§8.3, §2.5). `idle` is the last of one request: clients wait for it.
import { anyJson, anyObject, count, message } from './entry.ts';
import { boolean, list, text, word } from './schema.ts';

const facts = { from: ['engine'], to: ['client', 'controller'], source: '§8.3' } as const;
const display = { data: anyObject, metadata: anyObject.default({}), transient: anyObject.optional() };

export const iopubMessages = {
  status: message(facts, { execution_state: word('starting', 'busy', 'idle') }),
  execute_input: message(facts, { code: text, execution_count: count }),
  stream: message(facts, { name: word('stdout', 'stderr'), text: text }),
  display_data: message(facts, display),
  execute_result: message(facts, { ...display, execution_count: count }),
  error: message(facts, {
    ename: text,
    evalue: text,
    traceback: list(text),
    status: word('error').optional(),
    execution_count: count.nullish(),
    engine_info: anyObject.optional(),
    user_expressions: anyObject.optional(),
    payload: list(anyJson).optional(),
  }),
  /** One pickled dict in the buffers. */
  data_message: message({ ...facts, buffers: 'one pickled dictionary' }, {}),
  /** The engine ends: its session is its uuid, by which the hub finds it (§5.3). */
  shutdown_reply: message(facts, { status: text.optional(), restart: boolean.optional() }),
  /** From XPUB sockets, without a topic and with an empty parent (§1.4). */
  iopub_welcome: message({ ...facts, source: '§1.4' }, { subscription: text.optional() }),
} as const;
