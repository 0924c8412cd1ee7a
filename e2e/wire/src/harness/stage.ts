// A controller with a client and fake engines around it, and nothing else: whatever happens is the controller's doing.
import type { JsonObject } from '@muster/protocol';
import { until } from '@muster/testkit';
import type { ControllerOptions, StartedController, Whose } from './controller.ts';
import { startController } from './controller.ts';
import type { FakeClient } from './fake-client.ts';
import { createFakeClient, fenceMark } from './fake-client.ts';
import type { EngineOptions, FakeEngine } from './fake-engine.ts';
import { startFakeEngine } from './fake-engine.ts';
import type { Heard } from './heard.ts';
import { contentOf, parentIdOf, typeOf } from './heard.ts';
import type { Wire } from './wire.ts';
import { createWire, now } from './wire.ts';

export interface Stage extends AsyncDisposable {
  readonly controller: StartedController;
  readonly wire: Wire;
  /** Its fences are answered by an engine of uuid `fence`, id 0. */
  readonly client: FakeClient;
  readonly fence: FakeEngine;
  /** Registers an engine and waits until it is announced; the notification is given, and taken from the client's line. */
  enter(options: EngineOptions): Promise<{ readonly engine: FakeEngine; readonly announced: Heard | undefined }>;
  /**
   * Waits until the schedulers of tasks and broadcasts know an engine, too; Python's hear of it a little later than clients
   * do. The hub has a record of a task afterwards.
   */
  schedulable(engine: FakeEngine): Promise<void>;
  /** Unregisters an engine, waits until that is announced, and closes it. */
  leave(engine: FakeEngine): Promise<void>;
  stop(): Promise<void>;
}

const announces = (kind: 'registration' | 'unregistration', uuid: string) => (heard: Heard) =>
  typeOf(heard) === `${kind}_notification` && contentOf(heard).uuid === uuid;

/**
 * Starts it all. Give short heartbeats among the arguments (`--ping=100`): an engine is announced after two of them.
 */
export async function startStage(whose: Whose, options: ControllerOptions = {}): Promise<Stage> {
  const controller = await startController(whose, options);
  const wire = createWire(controller);
  async function stop(): Promise<void> {
    await wire.close();
    await controller.stop();
  }
  try {
    const client = createFakeClient(wire, { uuid: 'fence', id: 0 });
    const enter: Stage['enter'] = async (engineOptions) => {
      const engine = await startFakeEngine(wire, engineOptions);
      const announced = await client.lines.notification.next(announces('registration', engine.uuid));
      if (announced === undefined) throw new Error(`${whose}: engine ${engine.uuid} was not announced`);
      return { engine, announced };
    };
    const { engine: fence } = await enter({ uuid: 'fence' });
    return {
      controller,
      wire,
      client,
      fence,
      enter,
      async schedulable({ uuid, id }) {
        const content = { code: fenceMark, silent: true, user_expressions: {} };
        const targets = [[uuid, id]];
        const answered = async (
          channel: 'task' | 'broadcast',
          metadata: JsonObject,
          timeoutMs: number,
        ): Promise<boolean> => {
          const header = { msg_id: `schedulable ${uuid} ${performance.now()}`, date: now() };
          const request = client.request(channel, 'execute_request', { header, content, metadata });
          const isReply = (heard: Heard): boolean => parentIdOf(heard).startsWith(request.msgId);
          return contentOf(await client.lines[channel].next(isReply, timeoutMs)).status === 'ok';
        };
        const what = `the schedulers of ${whose} know ${uuid}`;
        await until(() => answered('task', { targets: [uuid] }, 10_000), { what });
        await until(() => answered('broadcast', { targets, is_broadcast: true, is_coalescing: false }, 1000), { what });
      },
      async leave(engine) {
        client.request('registration', 'unregistration_request', { content: { id: engine.id } });
        await client.lines.notification.next(announces('unregistration', engine.uuid));
        await engine.close();
      },
      stop,
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
