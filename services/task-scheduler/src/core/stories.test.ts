// Each file of stories/ is a script (`$` commands, `#` comments) with the transcript of what the core was told and did.
// After a wanted change of behaviour: vitest run services/task-scheduler -u, and review the difference.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Scene } from '../testing/scene.ts';
import { createScene } from '../testing/scene.ts';

const folder = new URL('./stories/', import.meta.url);
const stories = readdirSync(folder).filter((name) => name.endsWith('.txt'));

function run(scene: Scene, command: string): void {
  const [verb, name = '', ...rest] = command.split(' ');
  const data = rest.length > 0 ? JSON.parse(rest.join(' ')) : {};
  if (verb === 'register') scene.register(name, data);
  else if (verb === 'lose') scene.lose(name);
  else if (verb === 'submit') scene.submit(name, data);
  else if (verb === 'answer') scene.answer(name, data);
  else if (verb === 'advance') scene.advance(Number(name));
  else throw new Error(`no such command: ${command}`);
}

function retell(script: string): string {
  const lines = script.split('\n').filter((line) => /^[#$] ?/.test(line));
  const limits = lines.find((line) => line.startsWith('$ limits '));
  const scene = createScene(limits === undefined ? {} : JSON.parse(limits.slice('$ limits '.length)));
  const told: string[] = [];
  for (const line of lines) {
    told.push(line);
    if (line.startsWith('#') || line === limits) continue;
    const before = scene.story().length;
    run(scene, line.slice(2));
    told.push(...scene.story().slice(before));
  }
  return `${told.join('\n')}\n`;
}

test.each(stories)('%s', async (name) => {
  const path = new URL(name, folder).pathname;
  await expect(retell(readFileSync(path, 'utf8'))).toMatchFileSnapshot(path);
});

test('there are stories', () => expect(stories.length).toBeGreaterThan(3));
