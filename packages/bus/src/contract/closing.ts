import type { Check, Runner } from './kit.ts';
import { beat, listen } from './kit.ts';

export function checkClosing(check: Check, { expect }: Runner): void {
  check('nothing is delivered after close, whoever publishes', async ({ near, far, settle }) => {
    const heard = listen(far, 'heart.started');
    await settle();
    near.publish(beat('a'));
    await heard.wait(1);
    const closing = far.close();
    near.publish(beat('b'));
    far.publish(beat('c'));
    far.subscribe('heart.started', () => heard.facts.push(beat('subscribed late')))();
    await closing;
    near.publish(beat('d'));
    await settle().catch(() => {});
    expect(heard.uuids()).toEqual(['a']);
  });

  check('a subscriber may close the bus while a fact is delivered', async ({ near, far, settle }) => {
    let closing: Promise<void> | undefined;
    const first = listen(far, 'heart.started');
    far.subscribe('heart.started', () => {
      closing = far.close();
    });
    const second = listen(far, 'heart.started');
    await settle();
    near.publish(beat('a'));
    near.publish(beat('b'));
    await first.wait(1);
    await closing;
    expect([first.uuids(), second.uuids()]).toEqual([['a'], []]);
  });

  check('what was published before close is delivered', async ({ near, far, settle }) => {
    const heard = listen(far, 'heart.started');
    await settle();
    for (let n = 0; n < 1000; n++) near.publish(beat(String(n)));
    await near.close();
    await heard.wait(1000);
  });

  check('close may be called again', async ({ near }) => {
    await Promise.all([near.close(), near.close()]);
    await near.close();
  });
}
