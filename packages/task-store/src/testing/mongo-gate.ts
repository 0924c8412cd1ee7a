// A gate before a server, which makes it behave as servers do that are slow, ask for a login, refuse, or are cut off. It
// answers with the codes that MongoDB has for that.
import type { Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import type { Document } from 'mongodb';
import type { Command } from './mongo-frames.ts';
import { buildAnswer, createFrameSplitter, parseAnswer, parseCommand, responseTo } from './mongo-frames.ts';
import type { Logins } from './scram-login.ts';
import { createLoginConversation } from './scram-login.ts';

export interface Refusal {
  readonly code: number;
  readonly codeName: string;
  readonly errmsg: string;
}

export interface GateRules {
  /** Commands need a login by one of these. */
  readonly logins?: Logins;
  /** Commands that are refused instead of passed on. */
  readonly refuse?: (command: string, body: Document) => Refusal | undefined;
  /** Added to what the server says of itself. */
  readonly hello?: Document;
  /** Answers come so much later. */
  readonly delayMs?: number;
  /** Nothing is answered. */
  readonly isSilent?: boolean;
  /** Cuts the connection in the middle of that message: a request the server then never has, an answer of what it has done. */
  readonly cut?: (command: string, body: Document) => 'request' | 'answer' | undefined;
}

export interface MongoGate extends AsyncDisposable {
  /** `mongodb://127.0.0.1:PORT/`. */
  readonly url: string;
  readonly port: number;
  /** From now on, for connections that stand, too. */
  set(rules: GateRules): void;
}

const greetings = new Set(['hello', 'ismaster', 'isMaster']);
const beforeLogin = new Set([...greetings, 'ping', 'buildInfo', 'endSessions']);

/** `url`: of the server. */
export async function startMongoGate(url: string, first: GateRules = {}): Promise<MongoGate> {
  let rules = first;
  const sockets = new Set<Socket>();
  const { hostname, port: serverPort } = new URL(url);
  const server = createServer((client) => {
    const upstream = connect(Number(serverPort || 27_017), hostname);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket.setNoDelay());
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    guard(client, upstream, () => rules);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as { port: number };
  return {
    url: `mongodb://127.0.0.1:${port}/`,
    port,
    set(next) {
      rules = next;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}

function guard(client: Socket, upstream: Socket, rulesNow: () => GateRules): void {
  const asked = new Map<number, Command>();
  const login = createLoginConversation(rulesNow().logins ?? {});

  function say(command: Command, answer: Document): void {
    const { delayMs = 0, isSilent } = rulesNow();
    if (!isSilent) setTimeout(() => client.write(buildAnswer(command, answer)), delayMs);
  }
  function refusalOf({ name, body }: Command): Refusal | undefined {
    const { logins, refuse } = rulesNow();
    if (logins !== undefined && !login.isLoggedIn && !beforeLogin.has(name))
      return { code: 13, codeName: 'Unauthorized', errmsg: `Command ${name} requires authentication` };
    return refuse?.(name, body);
  }
  function request(frame: Buffer): void {
    const command = parseCommand(frame);
    if (command === undefined) return void upstream.write(frame);
    if (command.name.startsWith('sasl')) return say(command, login.answer(command.body) ?? failure(wrongLogin));
    const refusal = refusalOf(command);
    if (refusal !== undefined) return say(command, failure(refusal));
    if (rulesNow().cut?.(command.name, command.body) === 'request') {
      upstream.write(frame.subarray(0, frame.length >> 1));
      client.destroy();
      return;
    }
    asked.set(command.requestId, command);
    upstream.write(frame);
  }
  function answer(frame: Buffer): void {
    const { delayMs = 0, isSilent, hello, logins, cut } = rulesNow();
    const command = asked.get(responseTo(frame));
    asked.delete(responseTo(frame));
    if (isSilent) return;
    let bytes = frame;
    if (command !== undefined && greetings.has(command.name)) {
      const mechanisms = logins && { saslSupportedMechs: ['SCRAM-SHA-256'] };
      bytes = buildAnswer(command, { ...parseAnswer(frame), ...mechanisms, ...hello });
    }
    if (command !== undefined && cut?.(command.name, command.body) === 'answer') {
      client.end(bytes.subarray(0, bytes.length >> 1));
      return;
    }
    setTimeout(() => client.write(bytes), delayMs);
  }
  const requests = createFrameSplitter();
  const answers = createFrameSplitter();
  client.on('data', (bytes) => requests(bytes).forEach(request));
  upstream.on('data', (bytes) => answers(bytes).forEach(answer));
}

const wrongLogin: Refusal = { code: 18, codeName: 'AuthenticationFailed', errmsg: 'Authentication failed.' };
const failure = (refusal: Refusal): Document => ({ ok: 0, ...refusal });
