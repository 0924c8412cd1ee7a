import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type ClientConnection,
  channelUrl,
  type EngineConnection,
  formatConnection,
  parseClientConnection,
  parseEngineConnection,
  withOldNames,
} from './connection-file.ts';
import { MusterError } from './errors.ts';

const port = fc.integer({ min: 1, max: 65_535 });
const text = fc.string({ unit: 'binary' });
const address = fc.constantFrom('127.0.0.1', '*', 'node-1.example.org', '[::1]');
const base = {
  ssh: text,
  interface: address.map((host) => `tcp://${host}`),
  registration: port,
  control: port,
  mux: port,
  task: port,
  iopub: port,
  key: text,
  curve_serverkey: fc.option(fc.string({ minLength: 40, maxLength: 40 })),
  location: text,
  pack: fc.constantFrom('json', 'orjson'),
  unpack: fc.constantFrom('json', 'orjson'),
  signature_scheme: fc.constant('hmac-sha256'),
};
const client: fc.Arbitrary<ClientConnection> = fc.record({
  ...base,
  task_scheme: text,
  notification: port,
  broadcast: port,
});
const engine: fc.Arbitrary<EngineConnection> = fc.record({
  ...base,
  hb_ping: port,
  hb_pong: port,
  broadcast: fc.array(port, { minLength: 1, maxLength: 4 }),
});

/** The message of the refusal; any other error, or none, fails the test. */
function refusal(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (!(error instanceof MusterError)) throw error;
    expect(error.code).toBe('connection_file_invalid');
    expect(error.remedy).toContain('restart the controller');
    return error.message;
  }
}

test('what was formatted parses to the same', () => {
  fc.assert(
    fc.property(client, engine, (c, e) => {
      expect(parseClientConnection(formatConnection(c), 'c.json')).toEqual(c);
      expect(parseEngineConnection(formatConnection(e), 'e.json')).toEqual(e);
      expect(channelUrl(c, c.mux)).toBe(`${c.interface}:${c.mux}`);
    }),
  );
});

describe('what is wrong is named', () => {
  const [good] = fc.sample(client, { numRuns: 1, seed: 1 });
  const cases: [name: string, text: string, says: RegExp][] = [
    ['an empty file', '', /f\.json: the file is empty/],
    ['half a file', formatConnection(good!).slice(0, 99), /half written/],
    ['a list', '[]', /not a JSON object/],
    ['a file of IPython 0.13', '{"url":"tcp://127.0.0.1:5000","exec_key":"x"}', /before 1\.0/],
    ['a port as text', formatConnection({ ...good!, mux: '5' as never }), /'mux' is "5", expected a port/],
    ['port 0', formatConnection({ ...good!, task: 0 }), /'task' is 0/],
    ['port 65536', formatConnection({ ...good!, task: 65_536 }), /'task' is 65536/],
    ['no protocol', formatConnection({ ...good!, interface: '127.0.0.1' }), /expected tcp:\/\/ADDRESS/],
    [
      'an address with a port',
      formatConnection({ ...good!, interface: 'tcp://127.0.0.1:5' }),
      /expected tcp:\/\/ADDRESS/,
    ],
    ['ipc', formatConnection({ ...good!, interface: 'ipc:///tmp/x' }), /expected tcp:\/\/ADDRESS/],
    [
      'a packer that we do not have',
      formatConnection({ ...good!, pack: 'pickle' }),
      /'pack' is "pickle", expected json/,
    ],
    ['another digest', formatConnection({ ...good!, signature_scheme: 'hmac-md5' }), /expected hmac-sha256/],
    ['a short CURVE key', formatConnection({ ...good!, curve_serverkey: 'x' }), /40 characters/],
    ['a file for engines', formatConnection(fc.sample(engine, 1)[0]!), /not a connection file for a client/],
  ];
  test.each(cases)('%s', (_name, file, says) => {
    expect(refusal(() => parseClientConnection(file, 'f.json'))).toMatch(says);
  });

  test('the key is never shown', () => {
    const file = formatConnection({ ...good!, key: ['secret'] as never });
    expect(refusal(() => parseClientConnection(file, 'f'))).toMatch(/'key' is something else, expected text/);
  });

  test('keys that a file may lack have their defaults; unknown ones are kept', () => {
    const { ssh, pack, unpack, signature_scheme, curve_serverkey, ...rest } = good!;
    const parsed = parseClientConnection(JSON.stringify({ ...rest, later: 1 }), 'f');
    const defaults = { ssh: '', pack: 'json', unpack: 'json', signature_scheme: 'hmac-sha256', curve_serverkey: null };
    expect(parsed).toEqual({ ...rest, ...defaults, later: 1 });
  });
});

test('a file that says it under the names before 1.0 only', () => {
  const [{ interface: address, registration, key, ...rest }] = fc.sample(engine, { numRuns: 1, seed: 2 }) as [
    EngineConnection,
  ];
  const old = { ...rest, url: `${address}:${registration}`, exec_key: key };
  expect(parseEngineConnection(JSON.stringify(old), 'f')).toEqual({ ...old, interface: address, registration, key });
  expect(refusal(() => parseEngineConnection(JSON.stringify({ ...old, url: 'tcp://a:b:1' }), 'f'))).toMatch(
    /'interface' is missing/,
  );
});

test("today's names win over those before 1.0, whatever these are", () => {
  fc.assert(
    fc.property(client, fc.jsonValue(), fc.jsonValue(), (c, url, exec_key) => {
      const parsed = parseClientConnection(JSON.stringify({ ...c, url, exec_key }), 'f');
      expect({ ...parsed, url: 0, exec_key: 0 }).toEqual({ ...c, url: 0, exec_key: 0 });
    }),
  );
});

test('both names are written', () => {
  fc.assert(
    fc.property(client, (c) => {
      const written = withOldNames(c);
      const { interface: address, registration, key } = c;
      expect(written).toEqual({ ...c, url: `${address}:${registration}`, exec_key: key });
      const { interface: _, registration: __, key: ___, ...old } = written;
      expect(parseClientConnection(JSON.stringify(old), 'f')).toEqual(written);
    }),
  );
});

test('whatever a file holds, it parses or is refused with its name', () => {
  const nearly = client.chain((good) =>
    fc
      .record({ key: fc.constantFrom(...Object.keys(good)), value: fc.jsonValue() })
      .map(({ key, value }) => JSON.stringify({ ...good, [key]: value })),
  );
  const cut = client.chain((good) => fc.nat(500).map((at) => formatConnection(good).slice(0, at)));
  const check = (file: string): void => {
    for (const parse of [parseClientConnection, parseEngineConnection]) {
      const message = refusal(() => parse(file, 'f.json'));
      if (message !== undefined) expect(message).toMatch(/^f\.json: /);
    }
  };
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json(), nearly, cut), check), { numRuns: 2000 });
});
