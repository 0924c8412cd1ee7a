import { expect, test } from 'vitest';
import { parseTransportName, transportInUse, transportNames } from './names.ts';

test('a transport by its name', () => {
  expect(parseTransportName(undefined, 'x')).toBe(transportNames[0]);
  expect(parseTransportName('', 'x')).toBe(transportNames[0]);
  for (const name of transportNames) expect(parseTransportName(name.toUpperCase(), 'x')).toBe(name);
});

test.each(['tcp', 'zeromq ', '__proto__', 'z'.repeat(1000)])('%j is none', (text) => {
  const parse = () => parseTransportName(text, '$MUSTER_TRANSPORT');
  expect(parse).toThrow(/^\$MUSTER_TRANSPORT: there is no transport '.{1,60}'\.$/);
  expect(parse).toThrow(
    expect.objectContaining({ code: 'bad_option', remedy: expect.stringContaining(transportNames.join(', ')) }),
  );
});

test('CurveZMQ goes by the native library', () => {
  expect(transportNames.map((name) => transportInUse(name, true))).toEqual(transportNames.map(() => 'zeromq'));
  expect(transportNames.map((name) => transportInUse(name, false))).toEqual(transportNames);
});
