// The query channel: registration of engines (§4.2), and questions of clients to the hub (§4.3, §4.7).
import { anyObject, count, errorSchema, message, reply, replyByKey } from './entry.ts';
import {
  boolean,
  dictionary,
  either,
  integer,
  integerFrom,
  list,
  looseObject,
  shortText,
  strictObject,
  text,
  word,
} from './schema.ts';

const engine = either([integer, text], 'expected an engine id or a uuid');
const engines = either([engine, list(engine)], 'expected an engine id, a uuid, a list of these, or null').nullish();
const msgIds = list(text);
const port = integerFrom(1, 65_535);

/** Ports of the engine's connection file, as registration_reply repeats them (§1.2). */
const connectionInfo = looseObject({
  interface: text,
  registration: port,
  control: port,
  mux: port,
  task: port,
  iopub: port,
  hb_ping: port,
  hb_pong: port,
  broadcast: list(port),
});

const countOrIds = either([count, msgIds], 'expected a count or a list of msg ids');

/** Counts, or lists of msg ids when asked with `verbose`. */
const queueOfEngine = strictObject({
  queue: countOrIds,
  completed: countOrIds,
  tasks: countOrIds,
});

/** One completed task in a result_reply. */
const taskResult = looseObject({
  header: anyObject,
  metadata: anyObject,
  result_header: anyObject,
  result_metadata: anyObject,
  result_content: anyObject,
  received: text.nullable(),
  io: looseObject({
    execute_input: text.nullable(),
    execute_result: anyObject.nullable(),
    error: anyObject.nullable(),
    stdout: text,
    stderr: text,
  }),
});

const byEngine = { from: ['engine'], to: ['controller'] } as const;
const toEngine = { from: ['controller'], to: ['engine'] } as const;
const byClient = { from: ['client'], to: ['controller'] } as const;
const toClient = { from: ['controller'], to: ['client'] } as const;

/** Requests that the hub answers, by msg_type. */
export const queryRequests = {
  registration_request: message(
    { ...byEngine, reply: 'registration_reply', source: '§4.2' },
    {
      uuid: shortText(255),
      /** Asked for, such as the rank in MPI; a wish. */
      id: count.nullish(),
      /** Ours: what runs in the engine; Python engines say nothing. */
      kernel: text.optional(),
    },
  ),
  unregistration_request: message(
    { from: ['engine', 'nanny'], to: ['controller'], source: '§4.2' },
    { id: integer.nullish() },
  ),
  connection_request: message({ ...byClient, reply: 'connection_reply', source: '§4.3' }, {}),
  queue_request: message(
    { ...byClient, reply: 'queue_reply', source: '§4.7' },
    {
      targets: engines,
      verbose: boolean.nullish(),
    },
  ),
  load_request: message({ ...byClient, reply: 'load_reply', source: '§4.7' }, { targets: engines }),
  result_request: message(
    { ...byClient, reply: 'result_reply', source: '§4.7' },
    { msg_ids: msgIds, status_only: boolean.nullish() },
  ),
  history_request: message({ ...byClient, reply: 'history_reply', source: '§4.7' }, {}),
  db_request: message(
    { ...byClient, reply: 'db_reply', source: '§4.7, §5.4' },
    { query: anyObject.nullish(), keys: list(text).nullish() },
  ),
  purge_request: message(
    { ...byClient, reply: 'purge_reply', source: '§4.7, §12.17' },
    {
      msg_ids: either([word('all'), msgIds], "expected 'all', a list of msg ids, or null").nullish(),
      engine_ids: list(integer).nullish(),
    },
  ),
  resubmit_request: message({ ...byClient, reply: 'resubmit_reply', source: '§4.7' }, { msg_ids: msgIds }),
  shutdown_request: message({ ...byClient, reply: 'shutdown_reply', source: '§4.7' }, { restart: boolean.optional() }),
  become_dask_request: message(
    { ...byClient, reply: 'become_dask_reply', source: '§4.7' },
    { scheduler_args: anyObject.nullish() },
  ),
  stop_distributed_request: message({ ...byClient, reply: 'stop_distributed_reply', source: '§4.7' }, {}),
} as const;

/** Answers of the hub. */
export const queryReplies = {
  registration_reply: reply(
    { ...toEngine, source: '§4.2' },
    { id: count, hb_period: integerFrom(1), connection_info: connectionInfo.optional() },
  ),
  connection_reply: reply(
    { ...toClient, source: '§4.3' },
    {
      /** Id as decimal text → uuid. */
      engines: dictionary(text),
      /** Ours: id → what runs in it. Python clients do not look at it. */
      kernels: dictionary(text).optional(),
    },
  ),
  queue_reply: replyByKey({ ...toClient, source: '§4.7' }, queueOfEngine, { unassigned: countOrIds }),
  load_reply: replyByKey({ ...toClient, source: '§4.7' }, count, {}),
  result_reply: replyByKey({ ...toClient, buffers: 'results, in sorted order of msg_id', source: '§4.7' }, taskResult, {
    pending: msgIds,
    completed: msgIds,
  }),
  history_reply: reply({ ...toClient, source: '§4.7' }, { history: msgIds }),
  db_reply: reply(
    { ...toClient, buffers: 'record by record: buffers, then result_buffers', source: '§4.7' },
    {
      records: list(anyObject),
      buffer_lens: list(count).nullable(),
      result_buffer_lens: list(count).nullable(),
    },
  ),
  purge_reply: reply({ ...toClient, source: '§4.7' }, {}),
  resubmit_reply: reply({ ...toClient, source: '§4.7' }, { resubmitted: dictionary(text) }),
  shutdown_reply: reply({ ...toClient, source: '§4.7' }, { restart: boolean.optional() }),
  become_dask_reply: reply(
    { ...toClient, source: '§4.7' },
    { address: text, ip: text.optional(), port: port.optional() },
  ),
  stop_distributed_reply: reply({ ...toClient, source: '§4.7' }, {}),
  /** To a request that the hub does not know or cannot answer (§4.1). */
  hub_error: { ...toClient, source: '§4.1', written: errorSchema, read: errorSchema },
} as const;
