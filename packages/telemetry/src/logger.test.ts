import { expect, test } from 'vitest';
import { createLogger } from './index.ts';

test('text: time, service, level, message and fields on one line', () => {
  const lines: string[] = [];
  const log = createLogger({ level: 'info', format: 'text', write: (line) => lines.push(line) });
  log.child({ service: 'hub' }).info({ engineId: 3, uuid: 'a' }, 'engine registered');
  log.debug({}, 'not shown');
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(
    /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} \[hub\] INFO engine registered engineId=3 uuid=a\n$/,
  );
});

test('text: an error shows its stack', () => {
  const lines: string[] = [];
  const log = createLogger({ level: 'warn', format: 'text', write: (line) => lines.push(line) });
  log.warn({ err: new Error('broken') }, 'message dropped');
  expect(lines[0]).toContain('WARNING message dropped');
  expect(lines[0]).toContain('Error: broken\n');
});

test('text: values of any kind, levels that are off', () => {
  const lines: string[] = [];
  const log = createLogger({ level: 'error', format: 'text', write: (line) => lines.push(line) });
  const circle: Record<string, unknown> = {};
  circle.self = circle;
  log.error({ a: undefined, b: null, c: [1, { d: 'x' }], e: 1n, f: circle, err: 'said so' }, 'message dropped');
  log.warn({}, 'not shown');
  createLogger({ level: 'silent', format: 'text', write: (line) => lines.push(line) }).error({}, 'not shown');
  expect(lines).toEqual([
    expect.stringMatching(
      /\[muster\] ERROR message dropped b=null c=\[1,\{"d":"x"\}\] e=1 f=\[object Object\] said so\n$/,
    ),
  ]);
});

test('json: one object a line', () => {
  const lines: string[] = [];
  const log = createLogger({ level: 'debug', format: 'json', write: (line) => lines.push(line) });
  log.child({ service: 'relay' }).debug({ count: 2 }, 'message dropped');
  expect(JSON.parse(lines[0]!)).toMatchObject({ level: 20, service: 'relay', count: 2, msg: 'message dropped' });
});
