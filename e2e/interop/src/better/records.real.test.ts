// Records that Python's stores hide, mix up or never let go of (§5.3, §5.4, §12.2, §12.15).
import type { Json, JsonObject } from '@muster/protocol';
import { until } from '@muster/testkit';
import type { FakeEngine, Heard, Stage, Written } from '@muster/wire';
import { apply, code, contentOf } from '@muster/wire';
import { said, stories } from './stories.ts';

const recordLimit = 20;

async function ask(stage: Stage, msgType: string, content: JsonObject): Promise<Heard | undefined> {
  return stage.client.ask('registration', msgType, { content });
}
const found = async (stage: Stage, query: Json, keys: Json = null): Promise<JsonObject[]> =>
  (contentOf(await ask(stage, 'db_request', { query, keys })).records ?? []) as JsonObject[];

/** A direct request that has its result, also in the records. */
async function complete(stage: Stage, engine: FakeEngine, publish?: (request: Heard) => void): Promise<Written> {
  const request = stage.client.request('mux', 'execute_request', { content: code }, engine.uuid);
  const arrived = (await engine.next())!;
  publish?.(arrived);
  engine.reply(arrived);
  await stage.client.reply('mux', request);
  const content = { msg_ids: [request.msgId], status_only: true };
  await until(
    async () => {
      const { completed } = contentOf(await ask(stage, 'result_request', content));
      return Array.isArray(completed) && completed.length === 1;
    },
    { what: `the result of ${request.msgId}` },
  );
  return request;
}

/** Until the hub has heard of it: iopub and queries come on different sockets. */
const untilFound = (stage: Stage, query: Json): Promise<unknown> =>
  until(async () => (await found(stage, query)).length > 0, { what: `a record of ${JSON.stringify(query)}` });

stories('records in memory', { args: [`--DictDB.record_limit=${recordLimit}`] }, (story) => {
  story(
    'queries compare as they say',
    async (stage) => {
      const { engine } = await stage.enter({ uuid: 'compared' });
      const [first, second] = [await complete(stage, engine), await complete(stage, engine)];
      const [record] = await found(stage, { msg_id: first.msgId });
      const later = await found(stage, { submitted: { $gt: record!.submitted! } });
      return later.map(({ msg_id }) => msg_id).includes(second.msgId);
    },
    { theirs: false, ours: true },
  );
  story(
    'a record of output alone is no request that waits for ever',
    async (stage) => {
      const { engine } = await stage.enter({ uuid: 'printing' });
      const parent = { msg_id: 'a broadcast_printing', msg_type: 'execute_request', session: 'wire-client' };
      await until(
        async () => {
          engine.publish('stdout', 'stream', { content: { name: 'stdout', text: 'x' }, parent });
          return (await found(stage, { msg_id: parent.msg_id })).length > 0;
        },
        { what: 'the stub' },
      );
      const reply = await ask(stage, 'result_request', { msg_ids: [parent.msg_id] });
      return contentOf(reply).pending ?? said(reply);
    },
    { theirs: ['a broadcast_printing'], ours: 'result_reply: KeyError' },
  );
  story(
    'output of broadcasts does not push requests out of the history',
    async (stage) => {
      const { engine } = await stage.enter({ uuid: 'chatty' });
      const names = Array.from({ length: 2 * recordLimit }, (_, i) => `stub ${i}`);
      await complete(stage, engine, () => {
        for (const msg_id of names)
          engine.publish('stdout', 'stream', { content: { name: 'stdout', text: 'x' }, parent: { msg_id } });
      });
      await untilFound(stage, { msg_id: names.at(-1)! });
      const last = await complete(stage, engine);
      const history = contentOf(await ask(stage, 'history_request', {})).history as string[];
      return history.includes(last.msgId);
    },
    { theirs: false, ours: true },
  );
});

stories('records of lost requests', { args: ['--IPController.registration_timeout=1'] }, (story) => {
  story(
    'a request that was lost with its engine has a result that clients can read',
    async (stage) => {
      const { engine } = await stage.enter({ uuid: 'doomed' });
      const request = stage.client.request('mux', 'apply_request', apply, engine.uuid);
      await engine.next();
      await stage.leave(engine);
      const content = { msg_ids: [request.msgId] };
      const reply = await until(
        async () => {
          const heard = await ask(stage, 'result_request', content);
          return request.msgId in contentOf(heard) ? heard : undefined;
        },
        { what: 'the end of the lost request', timeoutMs: 60_000 },
      );
      return (contentOf(reply)[request.msgId] as JsonObject).result_metadata;
    },
    { theirs: null, ours: {} },
  );
});

stories('records in SQLite', { args: ['--sqlitedb'] }, (story) => {
  story(
    'an empty query means all records',
    async (stage) => said(await ask(stage, 'db_request', { query: {}, keys: null })),
    { theirs: 'db_reply: OperationalError', ours: 'db_reply: ok' },
  );
  story(
    'a result comes back as it was',
    async (stage) => {
      const { engine } = await stage.enter({ uuid: 'displaying' });
      const data = { 'text/plain': '42' };
      const { msgId } = await complete(stage, engine, ({ header }) =>
        engine.publish('result', 'execute_result', {
          content: { data, metadata: {}, execution_count: 1 },
          parent: header!,
        }),
      );
      const record = await until(
        async () => (await found(stage, { msg_id: msgId })).find((one) => one.execute_result),
        {
          what: 'the output of the request',
        },
      );
      return typeof record!.execute_result;
    },
    { theirs: 'string', ours: 'object' },
  );
});
