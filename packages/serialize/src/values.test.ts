import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packValue, unpackValue } from './index.ts';

const roundTrip = (value: unknown): unknown => unpackValue(packValue(value)).value;

test('what structured clone takes comes back equal', () => {
  const value = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withSparseArray: true,
  });
  fc.assert(
    fc.property(value, (v) => {
      expect(roundTrip(v)).toEqual(structuredClone(v));
    }),
    { numRuns: 500 },
  );
});

test('views of every kind keep type and content at any offset, inline and as frames', () => {
  const kinds = [
    Int8Array,
    Uint8Array,
    Uint8ClampedArray,
    Int16Array,
    Uint16Array,
    Int32Array,
    Uint32Array,
    Float32Array,
    Float64Array,
    BigInt64Array,
    BigUint64Array,
  ];
  fc.assert(
    fc.property(
      fc.constantFrom(...kinds),
      fc.uint8Array({ minLength: 0, maxLength: 4096 }),
      fc.nat(16),
      fc.nat(9),
      fc.boolean(),
      (Kind, bytes, sendOffset, receiveOffset, nested) => {
        const unit = Kind.BYTES_PER_ELEMENT;
        const memory = new ArrayBuffer(sendOffset * unit + bytes.length);
        new Uint8Array(memory).set(bytes, sendOffset * unit);
        const view = new Kind(memory, sendOffset * unit, Math.floor(bytes.length / unit));
        const frames = packValue(nested ? new Map([[1, [{ view }]]]) : view).map((frame) =>
          shifted(frame, receiveOffset),
        );
        const { value, used } = unpackValue([...frames, new Uint8Array(3)]);
        const back = nested ? (value as Map<number, [{ view: unknown }]>).get(1)![0].view : value;
        expect(used).toBe(view.byteLength >= 1024 ? 2 : 1);
        expect(Object.getPrototypeOf(back)).toBe(Kind.prototype);
        expect(back).toEqual(view);
      },
    ),
  );
});

/** The same bytes at an odd place of a larger block, as a receiver may have them. */
function shifted(frame: Uint8Array, offset: number): Uint8Array {
  const block = new Uint8Array(frame.length + offset);
  block.set(frame, offset);
  return block.subarray(offset);
}

test('large views and ArrayBuffers are not copied on the way out, nor aligned ones on the way in', () => {
  const floats = new Float64Array(1000).fill(1.5);
  const buffer = Buffer.alloc(5000, 7);
  const raw = new ArrayBuffer(2048);
  const frames = packValue({ a: [floats], raw, b: { buffer } });
  expect(frames).toHaveLength(4);
  expect(frames.slice(1).map((frame) => frame.buffer)).toEqual([raw, floats.buffer, buffer.buffer]);
  expect(frames[2]!.buffer).toBe(floats.buffer);
  expect(frames[0]!.length).toBeLessThan(200);
  const { value } = unpackValue(frames) as { value: { a: [Float64Array]; raw: ArrayBuffer; b: { buffer: Buffer } } };
  expect(value.a[0].buffer).toBe(floats.buffer);
  expect(value.raw).toBe(raw);
  expect(Buffer.isBuffer(value.b.buffer)).toBe(true);
  expect(value.b.buffer.equals(buffer)).toBe(true);
});

test('small Buffers stay Buffers and do not pin the head', () => {
  const frames = packValue([Buffer.from('hello'), new DataView(new ArrayBuffer(4))]);
  expect(frames).toHaveLength(1);
  const [hello, view] = unpackValue(frames).value as [Buffer, DataView];
  expect(Buffer.isBuffer(hello)).toBe(true);
  expect(hello.toString()).toBe('hello');
  expect(hello.buffer).not.toBe(frames[0]!.buffer);
  expect(view).toBeInstanceOf(DataView);
});

test('views of shared memory are copied when sent', () => {
  const shared = new Uint8Array(new SharedArrayBuffer(2000)).fill(3);
  const frames = packValue(shared);
  expect(frames[1]!.buffer).toBeInstanceOf(ArrayBuffer);
  expect(unpackValue(frames).value).toEqual(new Uint8Array(2000).fill(3));
});

test('shared objects stay shared and circles close, also through errors', () => {
  const shared = { n: 1 };
  const error: Error & { self?: unknown; shared?: unknown } = new Error('round');
  const value: Record<string, unknown> = { one: shared, two: [shared], error, again: error };
  value.me = value;
  error.self = value;
  error.shared = shared;
  const back = roundTrip(value) as { one: object; two: object[]; me: object; error: typeof error; again: Error };
  expect(back.two[0]).toBe(back.one);
  expect(back.me).toBe(back);
  expect(back.again).toBe(back.error);
  expect(back.error.self).toBe(back);
  expect(back.error.shared).toBe(back.one);
});

test('errors keep class, name, message, stack, cause and own fields', () => {
  class TaskError extends RangeError {
    override name = 'TaskError';
    code = 42;
    data = new Float32Array(1000);
    onClick = (): void => {};
  }
  const cause = new TypeError('root');
  const error = new TaskError('broken', { cause });
  const back = roundTrip({ deep: [error] }) as { deep: [TaskError] };
  const [got] = back.deep;
  expect(got).toBeInstanceOf(RangeError);
  expect([got.name, got.message, got.stack, got.code]).toEqual(['TaskError', 'broken', error.stack, 42]);
  expect(got.cause).toBeInstanceOf(TypeError);
  expect((got.cause as Error).message).toBe('root');
  expect(got.data).toEqual(new Float32Array(1000));
  expect(got).not.toHaveProperty('onClick');
  expect(Object.keys(got)).not.toContain('cause');
  const several = roundTrip(new AggregateError([cause, 1], 'all')) as AggregateError;
  expect(several).toBeInstanceOf(AggregateError);
  expect((several.errors[0] as Error).message).toBe('root');
});

test('values of another realm travel', () => {
  const foreign = runInNewContext(
    '({ e: new TypeError("far"), m: new Map([[1, new Float64Array(500)]]), d: new Date(5), l: [1] })',
  );
  const back = roundTrip(foreign) as { e: Error; m: Map<number, Float64Array>; d: Date; l: number[] };
  expect(back.e).toBeInstanceOf(TypeError);
  expect(back.m.get(1)).toEqual(new Float64Array(500));
  expect(back.d).toEqual(new Date(5));
});

test('a key named __proto__ beside an error is only a key', () => {
  const value = JSON.parse('{"__proto__": {"admin": true}}') as { error?: Error };
  value.error = new Error('x');
  const back = roundTrip(value) as { admin?: boolean };
  expect(back.admin).toBeUndefined();
  expect(Object.keys(back)).toEqual(['__proto__', 'error']);
});

test.each([
  [{ rows: [1, { onClick: () => 1 }] }, 'value.rows[1].onClick is a function'],
  [new Map([['k', Symbol('s')]]), 'value.get("k") is a symbol'],
  [[new Set([new WeakMap()])], 'value[0].values()[0] is a WeakMap'],
  [{ 'odd key': Promise.resolve(1) }, 'value["odd key"] is a Promise'],
  [{ p: new Proxy({}, {}) }, 'value.p is a Proxy'],
  [{ e: new Error('x'), f: () => 1 }, 'value.f is a function'],
  [
    {
      get bad(): number {
        throw new Error('no');
      },
    },
    'value is an object whose property throws',
  ],
])('what cannot travel is named by its path: %#', (value, message) => {
  expect(() => packValue(value)).toThrow(
    expect.objectContaining({ code: 'cannot_serialize', message: expect.stringContaining(message) }),
  );
});

test('values one behind the other are read one after the other', () => {
  const frames = [...packValue([new Uint8Array(2000)]), ...packValue('b'), ...packValue(undefined)];
  const values: unknown[] = [];
  for (let at = 0; at < frames.length; ) {
    const { value, used } = unpackValue(frames.slice(at));
    values.push(value);
    at += used;
  }
  expect(values).toEqual([[new Uint8Array(2000)], 'b', undefined]);
});

test('a value nested too deeply is refused, not a crash', () => {
  let value: unknown = new Error('inmost');
  for (let i = 0; i < 200_000; i++) value = [value];
  expect(() => packValue(value)).toThrow(expect.objectContaining({ code: 'cannot_serialize' }));
});
