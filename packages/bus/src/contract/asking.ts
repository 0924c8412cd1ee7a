import type { AnswerOf } from '../questions.ts';
import type { Check, Runner } from './kit.ts';
import { codeOf, until } from './kit.ts';

const question = { type: 'engines.list' } as const;
const soon = { timeoutMs: 10_000 };
const answer: AnswerOf<'engines.list'> = {
  engines: [
    { id: 0, uuid: 'a', kernel: 'python' },
    { id: 3, uuid: 'ü', kernel: 'node' },
  ],
  pending: ['b'],
};

export function checkAsking(check: Check, { expect }: Runner): void {
  check('a question is answered, at once or later', async ({ near, far, settle }) => {
    let asked = 0;
    far.serve('engines.list', async (given) => {
      expect(given).toEqual(question);
      await new Promise((done) => setTimeout(done, ++asked % 3));
      return answer;
    });
    await settle();
    const answers = await Promise.all(Array.from({ length: 50 }, () => near.ask(question, soon)));
    expect(asked).toBe(50);
    for (const got of answers) expect(got).toEqual(answer);
    expect(await far.ask(question, soon)).toEqual(answer);
  });

  check('a question that nobody answers is refused at once', async ({ near, far, settle }) => {
    await settle();
    expect(await codeOf(near.ask(question, soon))).toBe('nobody_serves');
    const end = far.serve('engines.list', () => answer);
    await settle();
    expect(await near.ask(question, soon)).toEqual(answer);
    end();
    await settle();
    expect(await codeOf(near.ask(question, soon))).toBe('nobody_serves');
  });

  check('an answer that does not come in time is not waited for', async ({ near, far, settle }) => {
    far.serve('engines.list', () => new Promise(() => {}));
    await settle();
    const begin = performance.now();
    const error = await near.ask(question, { timeoutMs: 100 }).catch((reason: unknown) => reason);
    expect(performance.now() - begin).toBeGreaterThan(90);
    expect(error).toMatchObject({ code: 'timeout', retryable: true, message: expect.stringContaining('100 ms') });
    expect(performance.now() - begin).toBeLessThan(5000);
  });

  check('who asks is told why there is no answer', async ({ near, far, settle }) => {
    let asked = 0;
    far.serve('engines.list', () => {
      if (asked++ === 0) throw new Error('the list is being made');
      return Promise.reject(new Error('the list is lost'));
    });
    await settle();
    for (const reason of ['the list is being made', 'the list is lost'])
      await expect(near.ask(question, soon)).rejects.toMatchObject({
        code: 'ask_failed',
        message: expect.stringContaining(reason),
      });
  });

  check('of several that answer one is asked', async ({ near, far, settle }) => {
    let asked = 0;
    for (let n = 0; n < 3; n++)
      far.serve('engines.list', () => {
        asked++;
        return answer;
      });
    await settle();
    await near.ask(question, soon);
    await near.ask(question, soon);
    expect(asked).toBe(2);
  });

  check('when the bus is closed nobody waits for an answer', async ({ near, far, settle }) => {
    let isAsked = false;
    far.serve('engines.list', () => {
      isAsked = true;
      return new Promise(() => {});
    });
    await settle();
    const asking = codeOf(near.ask(question, { timeoutMs: 60_000 }));
    await until(
      () => isAsked,
      () => 'the question arrives',
    );
    await near.close();
    expect(await asking).toBe('bus_closed');
    expect(await codeOf(near.ask(question, soon))).toBe('bus_closed');
    near.serve('engines.list', () => answer)();
  });
}
