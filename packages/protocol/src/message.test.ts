import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeText } from './bytes.ts';
import { type ErrorCode, ProtocolError } from './errors.ts';
import { createHeaderSource } from './header.ts';
import { type JsonObject, packJson, unpackJson } from './json.ts';
import type { MessageParts } from './message.ts';
import { buildMessage, delimiter, findDelimiter, Message, openMessage, readMessage } from './message.ts';
import { createReplayGuard } from './replay-guard.ts';
import { createReferenceSigner } from './testing/reference-signer.ts';

const ours = createReferenceSigner('key');
const headers = createHeaderSource('11111111-222222222222222222222222');
const nowUs = 1_795_347_401_439_768;

/** A value as JSON can carry it: what comes back is what went in. */
const jsonObject = fc
  .dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 6 })
  .map((value) => JSON.parse(JSON.stringify(value)) as JsonObject);
const frame = fc.uint8Array({ maxLength: 64 });
const someMessage = fc
  .record({
    metadata: jsonObject,
    content: jsonObject,
    parentHeader: jsonObject,
    buffers: fc.array(frame, { maxLength: 4 }),
  })
  .map((init) => ({ init, message: buildMessage(ours, { header: headers.next('apply_request', nowUs), ...init }) }));

/** The code of the ProtocolError that this throws; any other error fails the test. */
function refusal(run: () => unknown): ErrorCode | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    expect(error.message.length).toBeGreaterThan(0);
    return error.code;
  }
}
/** Reads everything of a message that can be read. */
function readAll(message: Message): unknown[] {
  const { header, metadata, content, parentHeader, parentId, buffers, sizeBytes } = message;
  return [header, metadata, content, parentHeader, parentId, buffers, sizeBytes];
}
/** Signs given parts, whatever they are: what a peer with the key but a broken program could send. */
function signed(...parts: [string, string, string, string]): Uint8Array[] {
  const bytes = parts.map(encodeText) as unknown as MessageParts;
  return [delimiter, ours.sign(bytes), ...bytes];
}
const goodHeader = JSON.stringify(headers.next('apply_request', nowUs));

describe('what is built can be read', () => {
  test('with all its parts, behind any ids', () => {
    const there = (ids: Uint8Array[], { init, message }: { init: JsonObject | object; message: Message }): void => {
      const opened = openMessage([...ids, ...message.toWire()], ours, createReplayGuard());
      const { metadata, content, parentHeader, buffers, header } = opened;
      expect({ metadata, content, parentHeader, buffers }).toEqual(init);
      expect(header).toEqual(message.header);
      expect(opened.sizeBytes).toBe(message.frames.reduce((sum, { length }) => sum + length, 0));
      expect(opened.toWire()).toEqual(message.toWire());
      expect(opened.toWireBehind(delimiter)).toEqual([delimiter, ...message.toWire()]);
    };
    fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 5 }), { maxLength: 3 }), someMessage, there));
  });

  test('parts are parsed once and kept; the frames are not copied', () => {
    const { message } = fc.sample(someMessage, 1)[0]!;
    const wire = message.toWire();
    const opened = openMessage(wire, ours);
    expect(opened.header).toBe(opened.header);
    expect(opened.content).toBe(opened.content);
    expect(opened.frames[4]).toBe(wire[5]);
  });
});

describe('what is wrong is refused with its name', () => {
  const [good] = fc.sample(someMessage, { numRuns: 1, seed: 1 });
  const wire = good!.message.toWire();
  const cases: [name: string, frames: Uint8Array[], code: ErrorCode][] = [
    ['no frames', [], 'not_a_message'],
    ['no delimiter', wire.slice(1), 'not_a_message'],
    ['too few frames', wire.slice(0, 5), 'not_a_message'],
    ['a delimiter too far behind', [...new Array(20).fill(new Uint8Array(1)), ...wire], 'not_a_message'],
    ['unsigned', [wire[0]!, new Uint8Array(0), ...wire.slice(2)], 'bad_signature'],
    [
      'signed with another key',
      [wire[0]!, createReferenceSigner('other').sign(good!.message.parts), ...wire.slice(2)],
      'bad_signature',
    ],
    ['header and metadata swapped', [...wire.slice(0, 2), wire[4]!, wire[3]!, wire[2]!, wire[5]!], 'bad_signature'],
    ['header not JSON', signed('{', '{}', '{}', '{}'), 'bad_json'],
    ['header a list', signed('[]', '{}', '{}', '{}'), 'bad_json'],
    ['metadata null', signed(goodHeader, '{}', 'null', '{}'), 'bad_json'],
    ['metadata with a byte order mark', signed(goodHeader, '{}', '\ufeff{}', '{}'), 'bad_json'],
    ['empty header', signed('{}', '{}', '{}', '{}'), 'bad_header'],
    ['msg_id a number', signed('{"msg_id":1,"msg_type":"x","session":"s"}', '{}', '{}', '{}'), 'bad_header'],
    ['date a number', signed('{"msg_id":"1","msg_type":"x","session":"s","date":5}', '{}', '{}', '{}'), 'bad_header'],
    [
      'msg_id of a megabyte',
      signed(JSON.stringify({ msg_id: 'x'.repeat(1e6), msg_type: 'x', session: 's' }), '{}', '{}', '{}'),
      'bad_header',
    ],
  ];
  test.each(cases)('%s', (_name, frames, code) => {
    expect(refusal(() => openMessage(frames, ours))).toBe(code);
  });

  test('a replay', () => {
    const guard = createReplayGuard();
    expect(refusal(() => openMessage(wire, ours, guard))).toBeUndefined();
    expect(refusal(() => openMessage(wire, ours, guard))).toBe('replayed');
  });

  test('a message that is refused is not remembered', () => {
    const guard = createReplayGuard();
    for (const frames of cases.map(([, frames]) => frames)) refusal(() => openMessage(frames, ours, guard));
    expect(guard.size).toBe(0);
  });

  test('content is refused when it is asked for', () => {
    const message = openMessage(signed(goodHeader, '{}', '{}', 'secret words'), ours);
    expect(refusal(() => message.content)).toBe('bad_json');
    expect(() => message.content).toThrow(expect.not.stringContaining('secret'));
  });

  test('optional members of the header are text, if empty', () => {
    const { header } = openMessage(
      signed('{"msg_id":"1","msg_type":"x","session":"s","extra":[1]}', '{}', '{}', '{}'),
      ours,
    );
    expect(header).toEqual({
      msg_id: '1',
      msg_type: 'x',
      session: 's',
      username: '',
      date: '',
      version: '',
      extra: [1],
    });
  });
});

describe('whatever comes, only ProtocolError comes out', () => {
  const open = (frames: Uint8Array[]): void => {
    refusal(() => readAll(openMessage(frames, ours, createReplayGuard())));
    refusal(() => readAll(readMessage(frames)));
  };
  test('garbage', () => {
    const garbage = fc.array(fc.oneof(frame, fc.constant(delimiter)), { maxLength: 12 });
    fc.assert(fc.property(garbage, open), { numRuns: 1000 });
  });

  test('truncated, swapped, doubled and bent frames of a good message', () => {
    const at = fc.nat(20);
    const bend = fc.record({
      how: fc.constantFrom('drop', 'swap', 'double', 'cut', 'flip', 'empty'),
      at,
      to: at,
      bit: fc.nat(7),
    });
    const bent = (frames: Uint8Array[], { how, at, to, bit }: { how: string; at: number; to: number; bit: number }) => {
      const i = at % frames.length;
      const j = to % frames.length;
      const copy = frames.map((one) => one.slice());
      if (how === 'drop') copy.splice(i, 1);
      if (how === 'swap') [copy[i], copy[j]] = [copy[j]!, copy[i]!];
      if (how === 'double') copy.splice(i, 0, copy[j]!);
      if (how === 'cut') copy[i] = copy[i]!.subarray(0, to);
      if (how === 'empty') copy[i] = new Uint8Array(0);
      if (how === 'flip' && copy[i]!.length > 0) copy[i]![to % copy[i]!.length]! ^= 1 << bit;
      return copy;
    };
    const check = ({ message }: { message: Message }, changes: Parameters<typeof bent>[1][]): void => {
      open(changes.reduce((frames, change) => (frames.length === 0 ? frames : bent(frames, change)), message.toWire()));
    };
    fc.assert(fc.property(someMessage, fc.array(bend, { maxLength: 3 }), check), { numRuns: 1000 });
  });

  test('a signed part that was changed is never accepted', () => {
    const check = ({ message }: { message: Message }, part: number, at: number, bit: number): void => {
      const frames = message.toWire().map((one) => one.slice());
      const target = frames[1 + (part % 5)]!;
      target[at % target.length]! ^= 1 << bit;
      expect(refusal(() => openMessage(frames, ours))).toBe('bad_signature');
    };
    fc.assert(fc.property(someMessage, fc.nat(4), fc.nat(), fc.nat(7), check), { numRuns: 1000 });
  });

  test('signed parts that are any JSON, or nearly', () => {
    const part = fc.oneof(
      fc.json(),
      fc.string(),
      fc.constantFrom('{}', goodHeader, '{"msg_id":{"x":1}}', '{"__proto__":1}'),
    );
    const check = (a: string, b: string, c: string, d: string): void => open(signed(a, b, c, d));
    fc.assert(fc.property(fc.oneof(part, fc.constant(goodHeader)), part, part, part, check), { numRuns: 1000 });
  });

  test('JSON nested a hundred thousand deep', () => {
    const deep = `{"x":${'['.repeat(1e5)}${']'.repeat(1e5)}}`;
    open(signed(goodHeader, deep, deep, deep));
    expect(refusal(() => packJson(unpackJson(encodeText(deep), 'content')))).toBe('bad_json');
  });
});

test('the delimiter is found behind ids only as far as asked', () => {
  const id = new Uint8Array([0, 1]);
  expect(findDelimiter([delimiter])).toBe(0);
  expect(findDelimiter([id, id, Buffer.from('<IDS|MSG>')])).toBe(2);
  expect(findDelimiter([id, id, delimiter], 1)).toBe(-1);
  expect(refusal(() => readMessage([delimiter, id, id, id, id, id], 3))).toBe('not_a_message');
});

test('a parent without msg_id is no parent', () => {
  const message = new Message([new Uint8Array(0), encodeText(goodHeader), encodeText('{"msg_id":7}')]);
  expect(message.parentId).toBeUndefined();
});
