// All services in one process, as `ipcontroller --restore` runs them: they are killed, stopped and started again together.
import { planFixedPorts } from '@muster/config';
import { startController } from '@muster/controller/composition';
import { parseEngineState } from '@muster/hub/core';
import { createVirtualPorts } from '@muster/machine';
import { mortalPorts, mortalStore, mortalTransport } from './mortal.ts';
import type { Process, ProcessOptions } from './process.ts';
import { basePort, maxMessageBytes } from './process.ts';

export type WholeOptions = Omit<ProcessOptions, 'bus' | 'signer'> & {
  readonly key: string;
  /** Outlives the process; `text` is undefined where the file is lost. */
  readonly engineState: { text: string | undefined };
};

export function createWholeProcess(options: WholeOptions): Process {
  const { time, transport, store, log, stream, random, settings, engineState, key, forgetful } = options;
  let current: { controller: Awaited<ReturnType<typeof startController>>; die(): void } | undefined;
  let sinceUs = 0;

  async function start(): Promise<void> {
    let alive = true;
    const own = {
      ports: mortalPorts(createVirtualPorts(time, stream())),
      transport: mortalTransport(transport, time, random),
      store: mortalStore(store),
    };
    const { text } = engineState;
    const controller = await startController({
      ...{ log, maxMessageBytes, curve: undefined, resultMaxAgeMs: 0, onShutdownRequested() {} },
      ...{ ports: own.ports.value, transport: own.transport.value, store: own.store.value },
      plan: planFixedPorts(basePort),
      addresses: { client: '127.0.0.1', engine: '127.0.0.1' },
      facts: { key, location: 'here', ssh: { client: '', engine: '' } },
      heartbeat: settings.heartbeat,
      registrationTimeoutMs: settings.registrationTimeoutMs,
      scheduler: { schemeName: settings.schemeName, hwm: settings.hwm },
      engineState: {
        write(saved) {
          if (alive) engineState.text = saved;
        },
      },
      ...(!forgetful && {
        restore: { engines: text === undefined ? undefined : parseEngineState(text), records: own.store.value },
      }),
    });
    current = {
      controller,
      die() {
        alive = false;
        for (const mortal of Object.values(own)) mortal.die();
      },
    };
    sinceUs = time.nowUs;
  }
  return {
    name: 'controller',
    get running() {
      return current !== undefined;
    },
    get sinceUs() {
      return sinceUs;
    },
    start,
    kill() {
      const ended = current;
      current = undefined;
      ended?.die();
    },
    async stop() {
      const ended = current;
      current = undefined;
      await ended?.controller.stop();
    },
    invariants: () => current?.controller.invariants() ?? [],
    // Hearts of living engines are nothing that is left.
    leftovers: () => current?.controller.leftovers().filter((what) => !what.startsWith('heartmonitor: ')) ?? [],
  };
}
