import type { Check, Runner } from './kit.ts';
import { codeOf, echo, greet, inboxOf, say, until } from './kit.ts';

const malformed = [
  '',
  'foo',
  'http://127.0.0.1:1',
  'tcp://127.0.0.1',
  'tcp://:5',
  'tcp://127.0.0.1:99999',
  'tcp://a b:1',
];

export function checkEndpoints(check: Check, { expect }: Runner): void {
  check('port 0 and * take a free port and tell it', async (kit) => {
    for (const asked of ['tcp://127.0.0.1:0', 'tcp://127.0.0.1:*', 'tcp://localhost:0']) {
      const server = kit.open('router');
      echo(server);
      const endpoint = await server.bind(asked);
      expect(endpoint).toMatch(/^tcp:\/\/127\.0\.0\.1:[1-9]\d*$/);
      await greet(kit.connected('dealer', endpoint));
    }
  });

  check('address * is every address of the machine', async (kit) => {
    const server = kit.open('router');
    echo(server);
    const port = (await server.bind('tcp://*:0')).split(':').at(-1);
    expect(Number(port)).toBeGreaterThan(0);
    await greet(kit.connected('dealer', `tcp://127.0.0.1:${port}`));
    await greet(kit.connected('dealer', `tcp://localhost:${port}`));
  });

  check('a socket may be bound twice', async (kit) => {
    const [server, first] = await kit.bound('router');
    echo(server);
    const second = await server.bind('tcp://127.0.0.1:0');
    expect(second).not.toBe(first);
    await greet(kit.connected('dealer', first));
    await greet(kit.connected('dealer', second));
  });

  check('a port that is taken: port_in_use, with the endpoint and a remedy', async (kit) => {
    const [, endpoint] = await kit.bound('router');
    const late = kit.open('pub');
    const error = await late.bind(endpoint).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'port_in_use' });
    expect((error as Error).message).toContain(endpoint);
    expect((error as { remedy: string }).remedy).not.toBe('');
    expect(await late.bind('tcp://127.0.0.1:0')).not.toBe(endpoint);
  });

  check('malformed endpoints and foreign addresses: bad_option', async (kit) => {
    const socket = kit.open('router');
    for (const endpoint of [...malformed, 'tcp://203.0.113.7:0', 'tcp://no-such-host.invalid:0'])
      expect([endpoint, await codeOf(() => socket.bind(endpoint))]).toEqual([endpoint, 'bad_option']);
    for (const endpoint of [...malformed, 'tcp://127.0.0.1:0', 'tcp://127.0.0.1:*', 'tcp://*:5555'])
      expect([endpoint, await codeOf(() => socket.connect(endpoint))]).toEqual([endpoint, 'bad_option']);
  });

  check('a DEALER that connects before the peer is there delivers when it comes', async (kit) => {
    const [placeholder, endpoint] = await kit.bound('router');
    await placeholder.close();
    const dealer = kit.connected('dealer', endpoint);
    for (let n = 0; n < 100; n++) say(dealer, String(n));
    const server = kit.open('router');
    await server.bind(endpoint);
    const inbox = inboxOf(server);
    await inbox.wait(100);
    expect(inbox.texts()).toEqual(Array.from({ length: 100 }, (_, n) => String(n)));
  });

  check('clients come back when the server binds the same port again', async (kit) => {
    const [first, endpoint] = await kit.bound('router');
    echo(first);
    const dealer = kit.connected('dealer', endpoint, { identity: 'client' });
    const inbox = await greet(dealer);
    for (let round = 0, server = first; round < 3; round++) {
      await server.close();
      say(dealer, `kept ${round}`);
      server = kit.open('router');
      await server.bind(endpoint);
      const atServer = inboxOf(server);
      await until(
        () => {
          say(dealer, `again ${round}`);
          return atServer.texts().includes(`again ${round}`);
        },
        () => 'the client comes back',
      );
      expect(atServer.received[0]!.peer).toBe('client');
      say(server, `answer ${round}`, 'client');
      await until(
        () => inbox.texts().includes(`answer ${round}`),
        () => 'the answer',
      );
    }
  });

  check('disconnect ends a connection, and only that', async (kit) => {
    const [left, leftEndpoint] = await kit.bound('router');
    const [right, rightEndpoint] = await kit.bound('router');
    const [atLeft, atRight] = [inboxOf(left), inboxOf(right)];
    const dealer = kit.connected('dealer', leftEndpoint);
    dealer.connect(rightEndpoint);
    say(dealer, 'one');
    say(dealer, 'two');
    await Promise.all([atLeft.wait(1), atRight.wait(1)]);
    dealer.disconnect(leftEndpoint);
    for (let n = 0; n < 20; n++) say(dealer, String(n));
    await atRight.wait(21);
    expect(atLeft.received.length).toBe(1);
    expect(await codeOf(() => dealer.disconnect(leftEndpoint))).toBe('none');
    expect(await codeOf(() => dealer.disconnect('tcp://127.0.0.1:9'))).toBe('none');
  });
}
