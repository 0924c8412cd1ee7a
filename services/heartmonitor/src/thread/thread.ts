// The heartmonitor's own thread: the same service, with a transport, clock and bus of its own, linked to the main thread by
// messages. A main thread that is busy for seconds keeps no engine waiting for its pings.
import { parentPort, workerData } from 'node:worker_threads';
import { createInProcessBus, type EngineList } from '@muster/bus';
import { createSystemPorts, releaseMemory } from '@muster/machine/node';
import { MusterError } from '@muster/protocol';
import type { Logger } from '@muster/telemetry';
import { createBoundSockets, createTransport, logTransportErrors } from '@muster/transport';
import type { HeartmonitorService } from '../service.ts';
import { createHeartmonitorService } from '../service.ts';
import type { FromThread, LogLevel, ThreadStart, ToThread } from './messages.ts';
import { toldFacts } from './messages.ts';

const port = parentPort!;
const { binding, config } = workerData as ThreadStart;
const tell = (message: FromThread): void => port.postMessage(message);

const write =
  (level: LogLevel) =>
  (fields: object, text: string): void =>
    tell({ level, fields, text });
const log: Logger = {
  debug: write('debug'),
  info: write('info'),
  warn: write('warn'),
  error: write('error'),
  child: () => log,
};
const bus = createInProcessBus((error, fact) =>
  log.error({ err: error, fact: fact.type }, 'a fact could not be handled'),
);
for (const type of toldFacts) bus.subscribe(type, (fact) => tell({ fact }));

const questions = new Map<number, PromiseWithResolvers<EngineList>>();
let nextId = 0;
/** The question of the lister gives up earlier. */
const timeoutMs = 10_000;
bus.serve('engines.list', () => {
  const id = nextId++;
  const question = Promise.withResolvers<EngineList>();
  questions.set(id, question);
  tell({ id, timeoutMs });
  return question.promise;
});

const transport = createTransport({ name: binding.transport, onError: logTransportErrors(log) });
const sockets = createBoundSockets({ ...binding, transport });

// Sockets are closed first: the native library takes down the whole process when its thread ends with open ones.
process.once('uncaughtException', (error: Error) => {
  tell({ failed: error.message });
  void transport.close().finally(() => process.exit(1));
});

function receive(service: HeartmonitorService, message: ToThread): void {
  if ('fact' in message) return bus.publish(message.fact);
  if ('id' in message) {
    const question = questions.get(message.id);
    questions.delete(message.id);
    if ('list' in message) question?.resolve(message.list);
    else question?.reject(new Error(message.failed));
  } else if (message.call === 'start') service.start();
  else if (message.call === 'resync') void service.resync().then(() => tell({ resynced: true }));
  else void stop(service);
}
async function stop(service: HeartmonitorService): Promise<void> {
  await service.stop();
  await bus.close();
  await transport.close();
  // Nothing is left to wait for: the thread ends.
  port.close();
}
/** What the start has left behind: 6 MB of 16. */
setTimeout(releaseMemory, 1000).unref();

try {
  const service = await createHeartmonitorService({ sockets, bus, ports: createSystemPorts(), log, config });
  port.on('message', (message: ToThread) => receive(service, message));
  tell({ bound: { hb_ping: sockets.port('engine:hb_ping'), hb_pong: sockets.port('engine:hb_pong') } });
} catch (error) {
  await transport.close();
  if (!(error instanceof MusterError)) throw error;
  const { code, message, remedy } = error;
  tell({ refused: { code, message, remedy } });
}
