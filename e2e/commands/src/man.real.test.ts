// Manual pages, as man sets them.
import { expect, test } from 'vitest';
import { newDesk } from './desk.ts';

test.each(['ipcluster start', 'ipcontroller', 'ipengine'])(
  'man sets the page of %s without a warning',
  async (command) => {
    await using desk = await newDesk();
    const page = await desk.must(
      `muster man ${command} > page && LC_ALL=C.UTF-8 MANWIDTH=80 man --warnings -l page 2> warnings; cat warnings >&2; test ! -s warnings`,
    );
    expect(page).toMatch(/^ +--profile=NAME$/m);
  },
);
