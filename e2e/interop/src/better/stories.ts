// The same story with Python's controller and with ours; how it ends with each is written beside it, so that a test fails, too,
// when Python's does as well as ours.
import type { Asked, FakeEngine, Heard, Stage, Whose, Words, Written } from '@muster/wire';
import { apply, contentOf, idOf, parentIdOf, startStage, taskMetadata, typeOf } from '@muster/wire';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

export type Story = (
  title: string,
  play: (stage: Stage) => Promise<unknown>,
  ends: Readonly<Record<Whose, unknown>>,
) => void;

/** Engines are announced when all their sockets have had time to connect. */
const pingArgs = ['--ping=250'];

interface Setting {
  readonly args?: readonly string[];
  /** Beats an engine may miss; by default so many that no engine is given up because the machine is busy. */
  readonly misses?: number;
}

/** Stories on one pair of controllers, which are started in this setting. */
export function stories(name: string, { args = [], misses = 100 }: Setting, tell: (story: Story) => void): void {
  describe(name, () => {
    const stages = new Map<Whose, Stage>();
    const each = ['theirs', 'ours'] as const;
    const allArgs = [...pingArgs, `--HeartMonitor.max_heartmonitor_misses=${misses}`, ...args];
    beforeAll(async () => {
      const starts = each.map(async (whose) => {
        stages.set(whose, await startStage(whose, { args: allArgs }));
      });
      await Promise.all(starts);
    });
    afterAll(async () => {
      await Promise.all([...stages.values()].map((stage) => stage.stop()));
    });
    tell((title, play, ends) => {
      for (const whose of each)
        test(`${title}: ${whose}`, async () => {
          expect(await play(stages.get(whose)!)).toEqual(ends[whose]);
        });
    });
  });
}

/** `TYPE: STATUS`, with the name of the error in place of `error`; `silence` where nothing came. */
export function said(heard: Heard | undefined): string {
  if (heard === undefined) return 'silence';
  const { status, ename } = contentOf(heard);
  return `${typeOf(heard)}: ${ename ?? status}`;
}

/** A load-balanced request; `changes` are laid over the metadata that a view sends (§4.4). */
export const submit = ({ client }: Stage, changes: Parameters<typeof taskMetadata>[0], words: Words = {}): Written =>
  client.request('task', 'apply_request', { ...apply, metadata: taskMetadata(changes), ...words });

/** How long something may be under way that was sent before a later question was answered. */
export const underWayMs = 500;

/** What is said of a request once a later one on its channel has been answered. */
export async function fate({ client }: Stage, channel: Asked, request: Written): Promise<string> {
  const { heard } = await client.settle(channel);
  const own = heard.find((reply) => parentIdOf(reply).startsWith(request.msgId));
  return said(own ?? (await client.reply(channel, request, underWayMs)));
}

/** Whether a task comes to an engine; it is then answered. */
export async function runs(stage: Stage, engine: FakeEngine, request: Written): Promise<boolean> {
  await stage.client.settle('task');
  const arrived = await engine.shell.next((heard) => idOf(heard) === request.msgId, underWayMs);
  if (arrived === undefined) return false;
  engine.reply(arrived);
  await stage.client.reply('task', request);
  return true;
}

/** A scheduler of Python hears of an engine by another way than clients do, and may lose what it is asked before. */
const attempts = 3;

/** A task for that engine alone, begun there. */
export async function begin(stage: Stage, engine: FakeEngine, changes: Parameters<typeof taskMetadata>[0] = {}) {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const request = submit(stage, { targets: [engine.uuid], ...changes });
    const arrived = await engine.shell.next((heard) => idOf(heard) === request.msgId);
    if (arrived !== undefined) return { request, arrived };
  }
  throw new Error(`No task came to ${engine.uuid}`);
}
