// Broadcasts that Python leaves unanswered, or answers with half of the truth (§2.4, §12.13).
import { setTimeout } from 'node:timers/promises';
import type { FakeEngine, Heard, Stage, Written } from '@muster/wire';
import { apply, errorContent, replyMetadata } from '@muster/wire';
import { fate, stories, underWayMs } from './stories.ts';

type Target = readonly [uuid: string, id: number];

function spread({ client }: Stage, targets: readonly Target[], coalescing: boolean): Written {
  const metadata = {
    targets: targets.map(([uuid, id]) => [uuid, id]),
    is_broadcast: true,
    is_coalescing: coalescing,
  };
  return client.request('broadcast', 'apply_request', { ...apply, metadata });
}

/** An engine copies from the request what the client wants to see again. */
function answer(engine: FakeEngine, request: Heard, status: 'ok' | 'error'): void {
  const { original_msg_id = '' } = request.metadata as { original_msg_id?: string };
  const metadata = { ...replyMetadata(engine.uuid, status), is_broadcast: true, is_coalescing: true, original_msg_id };
  engine.reply(request, status === 'ok' ? { metadata } : { metadata, content: errorContent(engine.uuid, 'apply') });
}

stories('broadcasts', {}, (story) => {
  for (const coalescing of [false, true]) {
    const how = coalescing ? ', coalesced' : '';
    story(
      `a broadcast to nobody${how} is answered`,
      async (stage) => fate(stage, 'broadcast', spread(stage, [], coalescing)),
      { theirs: 'silence', ours: 'apply_reply: NoEnginesRegistered' },
    );
    story(
      `a broadcast to an engine that is not there${how} is answered`,
      async (stage) => fate(stage, 'broadcast', spread(stage, [['nobody', 99]], coalescing)),
      { theirs: 'silence', ours: 'apply_reply: EngineError' },
    );
  }
  story(
    'a failure among coalesced replies is told',
    async (stage) => {
      const { engine: failing } = await stage.enter({ uuid: 'failing' });
      const { engine: good } = await stage.enter({ uuid: 'good' });
      const request = spread(
        stage,
        [
          ['failing', failing.id],
          ['good', good.id],
        ],
        true,
      );
      const [one, other] = [await failing.next(), await good.next()];
      answer(failing, one!, 'error');
      // One after the other, so that the last to arrive is the good one: with Python by way of two schedulers.
      await setTimeout(underWayMs);
      answer(good, other!, 'ok');
      return fate(stage, 'broadcast', request);
    },
    { theirs: 'apply_reply: ok', ours: 'apply_reply: ZeroDivisionError' },
  );
});
