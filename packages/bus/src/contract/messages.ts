import { Message } from '@muster/protocol';
import fc from 'fast-check';
import type { FactType } from '../facts.ts';
import { factTable } from '../facts.ts';
import type { Check, Runner } from './kit.ts';
import { beat, bytesFrom, listen, messageOf, sampleFacts } from './kit.ts';

/** Plain bytes: equal whether they are a Buffer or not. */
const plain = (message: Message): number[][] => message.frames.map((frame) => [...frame]);

export function checkMessages(check: Check, { expect }: Runner): void {
  check('every fact arrives with all its members', async ({ near, far, settle }) => {
    const heard = listen(far, ...(Object.keys(factTable) as FactType[]));
    await settle();
    const sent = sampleFacts();
    for (const fact of sent) near.publish(fact);
    const arrived = await heard.wait(sent.length);
    for (const [i, fact] of sent.entries()) {
      const got = arrived[i]!;
      if ('message' in fact && 'message' in got) {
        expect(plain(got.message)).toEqual(plain(fact.message));
        expect(got.message.header.msg_id).toBe(fact.type);
        expect({ ...got, message: 0 }).toEqual({ ...fact, message: 0 });
      } else expect(got).toEqual(fact);
    }
  });

  check('frames are the same bytes, whatever they are', async ({ near, far, settle }) => {
    const heard = listen(far, 'iopub.published');
    await settle();
    const frame = fc.uint8Array({ maxLength: 50 });
    const frames = fc.array(frame, { minLength: 5, maxLength: 20 });
    const samples = fc.sample(fc.array(frames, { minLength: 1, maxLength: 10 }), { numRuns: 30, seed: 5 }).flat();
    for (const sample of samples) near.publish({ type: 'iopub.published', message: new Message(sample) });
    const arrived = await heard.wait(samples.length);
    for (const [i, fact] of arrived.entries())
      expect('message' in fact && plain(fact.message)).toEqual(samples[i]!.map((bytes) => [...bytes]));
  });

  check('large messages arrive whole, and in their place', async ({ near, far, settle }) => {
    const heard = listen(far, 'task.finished', 'heart.started');
    await settle();
    const large = messageOf('large', [bytesFrom(1, 6_000_001), new Uint8Array(0), bytesFrom(2, 3_000_000)]);
    near.publish(beat('before'));
    near.publish({ type: 'task.finished', message: large });
    near.publish(beat('after'));
    near.publish({ type: 'task.finished', message: messageOf('small') });
    const [first, second, third, fourth] = await heard.wait(4);
    expect([first, third]).toEqual([beat('before'), beat('after')]);
    const got = second?.type === 'task.finished' ? second.message.frames : [];
    expect(got.map((frame, i) => Buffer.compare(frame, large.frames[i]!))).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    expect(fourth).toMatchObject({ type: 'task.finished' });
  });

  check('a message may have very many buffers', async ({ near, far, settle }) => {
    const heard = listen(far, 'task.received');
    await settle();
    const buffers = Array.from({ length: 20_000 }, (_, n) => bytesFrom(n, n % 7));
    near.publish({ type: 'task.received', message: messageOf('many', buffers) });
    const [fact] = await heard.wait(1);
    expect(fact?.type === 'task.received' && plain(fact.message).slice(5)).toEqual(buffers.map((bytes) => [...bytes]));
  });
}
