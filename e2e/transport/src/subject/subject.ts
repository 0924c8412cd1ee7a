import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { guardRun, runTag, runVariable } from '@muster/testkit';
import { onTestFinished } from 'vitest';
import type { Asked, Figures, Setting, Told } from './messages.ts';

export interface Subject {
  readonly endpoint: string;
  figures(): Promise<Figures>;
  connect(endpoint: string): Promise<void>;
  /** So many messages of one frame of that size. */
  send(peer: string, count: number, size: number): Promise<void>;
  readonly isRunning: boolean;
  end(): Promise<void>;
}

type Question = Asked extends infer One ? (One extends Asked ? Omit<One, 'id'> : never) : never;

export async function startSubject(setting: Setting): Promise<Subject> {
  guardRun();
  const child = fork(join(import.meta.dirname, 'program.ts'), {
    execArgv: ['--expose-gc'],
    serialization: 'advanced',
    env: { ...process.env, [runVariable]: runTag },
  });
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let count = 0;
  child.on('message', ({ id, value, error }: Told) => {
    const call = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) call?.resolve(value);
    else call?.reject(new Error(error));
  });
  child.on('exit', (code, signal) => {
    for (const call of waiting.values()) call.reject(new Error(`The subject ended (${code ?? signal}).`));
  });
  const ask = (question: Question): Promise<unknown> => {
    const call = Promise.withResolvers<unknown>();
    waiting.set(++count, call);
    child.send({ id: count, ...question }, (error) => error && call.reject(error));
    return call.promise;
  };
  const subject: Subject = {
    endpoint: (await ask({ do: 'start', ...setting, limits: setting.limits ?? {} })) as string,
    figures: () => ask({ do: 'figures' }) as Promise<Figures>,
    connect: async (endpoint) => void (await ask({ do: 'connect', endpoint })),
    send: async (peer, messages, size) => void (await ask({ do: 'send', peer, count: messages, size })),
    get isRunning() {
      return child.exitCode === null && child.signalCode === null;
    },
    async end() {
      if (!subject.isRunning) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
  return subject;
}

/** With this test's life. */
export async function startOwnSubject(setting: Setting): Promise<Subject> {
  const subject = await startSubject(setting);
  onTestFinished(() => subject.end());
  return subject;
}
