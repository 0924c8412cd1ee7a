import { expect, test } from 'vitest';
import { isGroup, type Program } from '../command-tree.ts';
import { programs } from '../muster.ts';
import { manPage } from './man-command.ts';

/** Words of every command there is. */
async function allCommands(): Promise<string[][]> {
  const found: string[][] = [];
  const walk = async (words: string[], program: Program): Promise<void> => {
    found.push(words);
    if (!isGroup(program)) return;
    for (const [word, entry] of Object.entries(program.commands)) await walk([...words, word], await entry.load());
  };
  for (const [name, load] of Object.entries(programs)) await walk([name], await load());
  return found;
}

test('every command has a page, in which every line is text or a request of man', async () => {
  for (const words of await allCommands()) {
    const page = await manPage(programs, words);
    expect(page).toContain(`.TH "${words.join(' ').toUpperCase().replaceAll('-', '\\-').replaceAll(' ', '\\-')}" 1`);
    for (const line of page.split('\n').filter((one) => /^[.']/.test(one)))
      expect(line).toMatch(/^\.(TH|SH|SS|TP|nh|ad)\b/);
  }
});

test('what is no command is refused', async () => {
  await expect(manPage(programs, ['ipcluster', 'launch'])).rejects.toThrow("no command 'ipcluster launch'");
  await expect(manPage(programs, ['ls'])).rejects.toThrow('no command');
  await expect(manPage(programs, ['ipcluster', 'start', 'x'])).rejects.toThrow('no command');
});
