// What a hub should never be asked: frames that are no message, signatures, and messages heard before (§3.3).
import type { Frames } from '@muster/protocol';
import { delimiter } from '@muster/protocol';
import { createHmacSigner } from '@muster/transport';
import type { Group, Tale } from '../tale.ts';
import { bytes, frame, quick, scenario } from './words.ts';

const good = (tale: Tale): Frames => tale.wire.write('queue_request', { content: { targets: null } }).frames;

/** Sends frames; notes what comes back, which is usually nothing. */
async function sends(tale: Tale, name: string, frames: Frames): Promise<void> {
  tale.client.lines.registration.send(frames);
  const { heard, lost } = await tale.client.settle('registration');
  if (lost > 0) tale.noteValue(`${name}: good questions lost`, lost);
  for (const reply of heard.length > 0 ? heard : [undefined]) tale.note(name, reply);
}

const malformed: [string, (frames: Frames) => Frames][] = [
  ['no delimiter', (frames) => frames.slice(1)],
  ['no signature', (frames) => [delimiter, frame(''), ...frames.slice(2)]],
  ['a wrong signature', (frames) => [delimiter, frame('0'.repeat(64)), ...frames.slice(2)]],
  ['a signature of another length', (frames) => [delimiter, frame('0'), ...frames.slice(2)]],
  ['a signature in capitals', (frames) => [delimiter, frame(String(frames[1]).toUpperCase()), ...frames.slice(2)]],
  ['too few frames', (frames) => frames.slice(0, 5)],
  ['only the delimiter', () => [delimiter]],
  ['one empty frame', () => [frame('')]],
  ['buffers', (frames) => [...frames, ...bytes(3)]],
  ['changed content', (frames) => [...frames.slice(0, 5), frame('{"targets":[]}')]],
];

const parts: [string, string[]][] = [
  ['a header that is not JSON', ['{', '{}', '{}', '{}']],
  ['a header that is a list', ['[]', '{}', '{}', '{}']],
  ['an empty header', ['{}', '{}', '{}', '{}']],
  ['content that is not JSON', ['{"msg_id":"m1","msg_type":"queue_request","session":"s"}', '{}', '{}', '{']],
  ['content that is a list', ['{"msg_id":"m2","msg_type":"queue_request","session":"s"}', '{}', '{}', '[]']],
  ['content that is null', ['{"msg_id":"m3","msg_type":"queue_request","session":"s"}', '{}', '{}', 'null']],
  ['a type that is a number', ['{"msg_id":"m4","msg_type":5,"session":"s"}', '{}', '{}', '{}']],
  ['an id that is a number', ['{"msg_id":5,"msg_type":"connection_request","session":"s"}', '{}', '{}', '{}']],
  ['metadata that is a list', ['{"msg_id":"m6","msg_type":"connection_request","session":"s"}', '{}', '[]', '{}']],
  [
    'a date that is none',
    ['{"msg_id":"m7","msg_type":"connection_request","session":"s","date":"x"}', '{}', '{}', '{}'],
  ],
  ['version 4', ['{"msg_id":"m8","msg_type":"connection_request","session":"s","version":"4.0"}', '{}', '{}', '{}']],
  ['text that is not UTF-8', ['{"msg_id":"m9","msg_type":"connection_request","session":"s"}', '{}', '{}', '\u00ff']],
];

export const badQueries: Group = {
  name: 'bad queries',
  args: [...quick],
  engines: [],
  scenarios: [
    ...malformed.map(([what, change]) => scenario(what, (tale) => sends(tale, 'reply', change(good(tale))))),
    ...parts.map(([what, texts]) =>
      scenario(what, (tale) => {
        const packed = texts.map((text) => (text === '\u00ff' ? Uint8Array.of(0xff) : frame(text)));
        return sends(tale, 'reply', tale.wire.sign(packed));
      }),
    ),
    scenario('another key', (tale) =>
      sends(tale, 'reply', tale.wire.sign(good(tale).slice(2), createHmacSigner('another key'))),
    ),
    scenario('the same again', async (tale) => {
      const frames = good(tale);
      await sends(tale, 'first', frames);
      await sends(tale, 'second', frames);
    }),
    scenario('the same again, by another peer', async (tale) => {
      const frames = good(tale);
      await sends(tale, 'first', frames);
      const other = tale.wire.connect({ name: 'other', kind: 'dealer', side: 'client', channels: ['registration'] });
      other.send(frames);
      other.send(good(tale));
      tale.note('to the other', await tale.watch(other).next());
    }),
    scenario('answers have signatures of their own', async (tale) => {
      const signatures = new Set<string>();
      for (let i = 0; i < 3; i++) {
        const reply = await tale.client.ask('registration', 'connection_request');
        signatures.add(Buffer.from(reply?.frames[1] ?? []).toString());
      }
      tale.noteValue('signatures', signatures.size);
    }),
  ],
};
