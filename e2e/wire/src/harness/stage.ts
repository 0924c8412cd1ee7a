// A controller with a client and fake engines around it, and nothing else: whatever happens is the controller's doing.
import type { ControllerOptions, StartedController, Whose } from './controller.ts';
import { startController } from './controller.ts';
import type { FakeClient } from './fake-client.ts';
import { createFakeClient } from './fake-client.ts';
import type { EngineOptions, FakeEngine } from './fake-engine.ts';
import { startFakeEngine } from './fake-engine.ts';
import type { Heard } from './heard.ts';
import { contentOf, typeOf } from './heard.ts';
import type { Wire } from './wire.ts';
import { createWire } from './wire.ts';

export interface Stage extends AsyncDisposable {
  readonly controller: StartedController;
  readonly wire: Wire;
  /** Its fences are answered by an engine of uuid `fence`, id 0. */
  readonly client: FakeClient;
  readonly fence: FakeEngine;
  /** Registers an engine and waits until it is announced; the notification is given, and taken from the client's line. */
  enter(options: EngineOptions): Promise<{ readonly engine: FakeEngine; readonly announced: Heard | undefined }>;
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
