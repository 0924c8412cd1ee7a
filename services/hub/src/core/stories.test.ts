// Stories: `$` lines are told to the hub, the lines below are what it did. A change of behaviour is a changed story; write
// it anew with `vitest run services/hub -u` and review the difference.
import { readdirSync, readFileSync } from 'node:fs';
import { tell } from '@muster/machine';
import type { JsonObject } from '@muster/protocol';
import { expect, test } from 'vitest';
import { answerTo, request } from '../testing/messages.ts';
import type { TestHub } from '../testing/test-hub.ts';
import { createTestHub } from '../testing/test-hub.ts';

const folder = new URL('stories/', import.meta.url);

const commands: Record<string, (hub: TestHub, words: string[], json: JsonObject) => unknown> = {
  query: (hub, [msgType], json) => hub.ask(msgType!, json),
  beats: (hub, [uuid]) => hub.tell({ type: 'heart.started', uuid: uuid! }),
  stops: (hub, [uuid]) => hub.tell({ type: 'heart.stopped', uuid: uuid! }),
  direct: (hub, [uuid, id, type]) =>
    hub.tell({ type: 'direct.requested', engineUuid: uuid!, message: request(id!, type) }),
  reply: (hub, [uuid, id, type]) =>
    hub.tell({
      type: 'direct.replied',
      engineUuid: uuid!,
      message: answerTo(id!, type, { metadata: { engine: uuid! } }),
    }),
  receive: (hub, [id]) => hub.tell({ type: 'task.received', message: request(id!) }),
  dispatch: (hub, [id, uuid]) => hub.tell({ type: 'task.dispatched', msgId: id!, engineUuid: uuid! }),
  finish: (hub, [id, uuid]) =>
    hub.tell({
      type: 'task.finished',
      message: answerTo(id!, 'apply_reply', { metadata: uuid ? { engine: uuid } : {} }),
    }),
  output: (hub, [id, type], json) =>
    hub.tell({ type: 'iopub.published', message: answerTo(id!, type, { content: json }) }),
  wait: (hub, [ms]) => hub.advance(Number(ms)),
};

/** An effect on a line; of a request's header only the id. */
function brief(effect: object): string {
  const shown = 'parent' in effect ? { ...effect, parent: (effect.parent as JsonObject).msg_id ?? null } : effect;
  const text = tell(shown).replaceAll(/\\"|"/g, '');
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

function retell(text: string): string {
  const lines: string[] = [];
  const hub = createTestHub({
    record({ effects }) {
      for (const effect of [...effects.writes, ...effects.sends, ...effects.timers]) lines.push(`  ${brief(effect)}`);
    },
  });
  for (const line of text.split('\n')) {
    if (line.startsWith('#') || line === '') lines.push(line);
    if (!line.startsWith('$ ')) continue;
    lines.push(line);
    const [, name, rest, json] = /^\$ (\w+) ?([^{]*)(\{.*)?$/.exec(line) ?? [];
    const command = commands[name ?? ''];
    if (command === undefined) throw new Error(`no such command: ${line}`);
    command(hub, rest!.trim().split(' '), json === undefined ? {} : (JSON.parse(json) as JsonObject));
  }
  return lines.join('\n');
}

const stories = readdirSync(folder).filter((name) => name.endsWith('.txt'));

test('there are stories', () => expect(stories.length).toBeGreaterThan(3));

test.each(stories)('%s', async (name) => {
  const file = new URL(name, folder);
  await expect(retell(readFileSync(file, 'utf8'))).toMatchFileSnapshot(file.pathname);
});
