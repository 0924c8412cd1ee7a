import type { Fact, FactType } from '../facts.ts';
import type { Check, Runner } from './kit.ts';
import { beat, listen } from './kit.ts';

export function checkDelivery(check: Check, { expect }: Runner): void {
  check(
    'a fact reaches the subscribers of its type, until they end the subscription',
    async ({ near, far, settle }) => {
      const heard: string[] = [];
      const end = far.subscribe('heart.started', ({ uuid }) => heard.push(uuid));
      const all = listen(far, 'heart.started', 'heart.stopped');
      await settle();
      near.publish(beat('a'));
      near.publish({ type: 'heart.stopped', uuid: 'b' });
      await all.wait(2);
      end();
      near.publish(beat('c'));
      await all.wait(3);
      expect(heard).toEqual(['a']);
      expect(all.uuids()).toEqual(['a', 'b', 'c']);
    },
  );

  check('facts of one publisher come in order, whatever their types', async ({ near, far, settle }) => {
    const types = ['heart.started', 'heart.stopped', 'registration.pending', 'registration.ended'] as const;
    const heard = listen(far, ...types);
    await settle();
    const sent = Array.from({ length: 4000 }, (_, n): Fact => ({ type: types[(n * 7) % 4]!, uuid: String(n) }));
    for (const fact of sent) near.publish(fact);
    expect(await heard.wait(sent.length)).toEqual(sent);
  });

  check('each publisher is in order, and none is heard twice', async ({ near, far, settle }) => {
    const heard = listen(far, 'heart.started');
    await settle();
    for (let n = 0; n < 500; n++) {
      near.publish(beat(`near ${n}`));
      far.publish(beat(`far ${n}`));
    }
    await heard.wait(1000);
    const of = (who: string) => heard.uuids().filter((uuid) => uuid.startsWith(who));
    const expected = (who: string) => Array.from({ length: 500 }, (_, n) => `${who} ${n}`);
    expect([of('near'), of('far')]).toEqual([expected('near'), expected('far')]);
  });

  check('all subscribers of both ends hear the same', async ({ near, far, settle }) => {
    const listeners = [listen(far, 'heart.started'), listen(far, 'heart.started'), listen(near, 'heart.started')];
    await settle();
    for (const uuid of ['a', 'b', 'c']) near.publish(beat(uuid));
    for (const heard of listeners) {
      await heard.wait(3);
      expect(heard.uuids()).toEqual(['a', 'b', 'c']);
    }
  });

  check('what a subscriber publishes comes after what it heard', async ({ near, far, settle }) => {
    const order: FactType[] = [];
    far.subscribe('heart.started', () => far.publish({ type: 'registration.ended', uuid: 'a' }));
    for (const type of ['heart.started', 'registration.ended'] as const) far.subscribe(type, () => order.push(type));
    const heard = listen(far, 'registration.ended');
    await settle();
    near.publish(beat('a'));
    await heard.wait(1);
    expect(order).toEqual(['heart.started', 'registration.ended']);
  });

  check('a subscriber that throws is told of, and harms nobody', async ({ near, far, settle, errors }) => {
    const broken = new Error('broken');
    far.subscribe('heart.stopped', () => {
      throw broken;
    });
    const heard = listen(far, 'heart.stopped');
    await settle();
    const fact: Fact = { type: 'heart.stopped', uuid: 'a' };
    near.publish(fact);
    near.publish(fact);
    await heard.wait(2);
    expect(errors).toEqual([
      { error: broken, fact },
      { error: broken, fact },
    ]);
  });

  check('a subscriber may end itself, and others, while a fact is delivered', async ({ near, far, settle }) => {
    const calls: string[] = [];
    const ends: (() => void)[] = [];
    ends.push(far.subscribe('heart.started', () => calls.push('first') && ends.map((end) => end())));
    ends.push(far.subscribe('heart.started', () => calls.push('second')));
    const heard = listen(far, 'heart.started');
    await settle();
    near.publish(beat('a'));
    near.publish(beat('b'));
    await heard.wait(2);
    for (const end of ends) end();
    expect(calls).toEqual(['first']);
  });

  check('a type that was left is heard again when it is subscribed again', async ({ near, far, settle }) => {
    const marks = listen(far, 'heart.stopped');
    far.subscribe('heart.started', () => {})();
    await settle();
    near.publish(beat('unheard'));
    near.publish({ type: 'heart.stopped', uuid: 'mark' });
    await marks.wait(1);
    const heard = listen(far, 'heart.started');
    await settle();
    near.publish(beat('heard'));
    await heard.wait(1);
    expect(heard.uuids()).toEqual(['heard']);
  });
}
