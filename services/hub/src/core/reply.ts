import type { Frames } from '@muster/protocol';
import { errorContent } from '@muster/protocol';
import type { Out } from './effects.ts';
import type { Asker } from './state.ts';

interface ReplyExtras {
  readonly buffers?: Frames;
  readonly withConnectionInfo?: true;
}

/** Answers ok. */
export function reply(out: Out, asker: Asker, msgType: string, content: object, extras: ReplyExtras = {}): void {
  const { door, peer, header: parent } = asker;
  out.send({
    type: 'query.reply',
    door,
    peer,
    msgType,
    parent,
    content: { status: 'ok', ...content },
    buffers: [],
    ...extras,
  });
}

/** Answers with an error (§4.1). For KeyErrors, `evalue` is the repr that Python would give. */
export function fail(out: Out, asker: Asker, msgType: string, ename: string, evalue: string): void {
  const { door, peer, header: parent } = asker;
  out.send({ type: 'query.reply', door, peer, msgType, parent, content: errorContent(ename, evalue), buffers: [] });
}
