// For tests: the sockets of a controller, driven by hand, so that the engine's side of the wire can be seen message by message.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newId } from '@muster/machine/node';
import type { Frames, JsonObject, Message } from '@muster/protocol';
import { buildMessage, createHeaderSource, decodeText, encodeText, findDelimiter, openMessage } from '@muster/protocol';
import type { Program, TemporaryFolder } from '@muster/testkit';
import { startProgram, temporaryFolder, until } from '@muster/testkit';
import type { Socket, SocketKind } from '@muster/transport';
import { createHmacSigner, createTransport } from '@muster/transport';

export type Channel = 'mux' | 'task' | 'broadcast' | 'control';

export interface Published {
  readonly topic: string;
  readonly type: string;
  readonly message: Message;
}

const identities = { mux: 'mux_out', task: 'task_out', broadcast: 'sub_scheduler_00', control: 'control_out' } as const;
const port = (url: string): number => Number(url.slice(url.lastIndexOf(':') + 1));

/** Which programs it starts, and what their command line adds. */
export async function startTestController(options: { readonly refuse?: string; readonly silent?: boolean } = {}) {
  const folder: TemporaryFolder = await temporaryFolder('engine');
  const key = newId();
  const signer = createHmacSigner(key);
  const headers = createHeaderSource(newId());
  const transport = createTransport({ onError: (error) => console.error(error) });
  const bind = async (kind: SocketKind, identity?: string): Promise<[Socket, number]> => {
    const socket = transport.open({ kind, ...(identity === undefined ? {} : { identity }) });
    return [socket, port(await socket.bind('tcp://127.0.0.1:0'))];
  };
  const [registration, registrationPort] = await bind('router');
  const work = {
    mux: await bind('router', identities.mux),
    task: await bind('router', identities.task),
    broadcast: await bind('router', identities.broadcast),
    control: await bind('router', identities.control),
  };
  const [iopub, iopubPort] = await bind('sub');
  const [ping, pingPort] = await bind('pub');
  const [pong, pongPort] = await bind('router');

  const connection = {
    interface: 'tcp://127.0.0.1',
    registration: registrationPort,
    mux: work.mux[1],
    task: work.task[1],
    control: work.control[1],
    broadcast: [work.broadcast[1]],
    iopub: iopubPort,
    hb_ping: pingPort,
    hb_pong: pongPort,
    key,
    curve_serverkey: null,
    location: '',
    ssh: '',
    pack: 'json',
    unpack: 'json',
    signature_scheme: 'hmac-sha256',
  };
  const file = join(folder.path, 'engine.json');
  writeFileSync(file, JSON.stringify(connection), { mode: 0o600 });

  const registrations: JsonObject[] = [];
  const unregistrations: JsonObject[] = [];
  const beating = new Set<string>();
  const published: Published[] = [];
  const replies = new Map<string, { ids: Frames; message: Message; at: number }>();
  const programs: Program[] = [];

  registration.onMessages((batch) => {
    for (const { peer, frames } of batch) {
      const { header, content } = openMessage(frames, signer);
      if (header.msg_type === 'unregistration_request') {
        unregistrations.push(content);
        continue;
      }
      registrations.push(content);
      if (options.silent) continue;
      const answer = options.refuse
        ? { status: 'error', ename: 'KeyError', evalue: options.refuse, traceback: [], engine_info: {} }
        : { status: 'ok', id: registrations.length - 1, hb_period: 200 };
      registration.send(
        peer,
        buildMessage(signer, { header: headers.next('registration_reply', 0), content: answer }).toWire(),
      );
    }
  });
  for (const [socket] of Object.values(work)) {
    socket.onMessages((batch) => {
      for (const { frames } of batch) {
        const at = findDelimiter(frames);
        const message = openMessage(frames, signer);
        replies.set(message.parentId!, { ids: frames.slice(0, at), message, at: published.length });
      }
    });
  }
  iopub.onMessages((batch) => {
    for (const { frames } of batch) {
      const message = openMessage(frames, signer);
      published.push({ topic: decodeText(frames[0]!), type: message.header.msg_type, message });
    }
  });
  pong.onMessages((batch) => {
    for (const { peer } of batch) beating.add(peer);
  });
  let beats = 0;
  const beat = setInterval(() => ping.send('', [encodeText(`1.${beats++}`)]), 50);

  function send(
    uuid: string,
    channel: Channel,
    msgType: string,
    content: object,
    extra: { readonly metadata?: object; readonly buffers?: Frames; readonly id?: string } = {},
  ): string {
    const header = { ...headers.next(msgType, 1_700_000_000_000_000), ...(extra.id ? { msg_id: extra.id } : {}) };
    const message = buildMessage(signer, {
      header,
      content,
      metadata: extra.metadata ?? {},
      buffers: extra.buffers ?? [],
    });
    const [socket] = work[channel];
    socket.send(uuid, [encodeText('client-1'), ...message.toWire()]);
    return header.msg_id;
  }
  const of = (id: string): Published[] => published.filter(({ message }) => message.parentHeader.msg_id === id);
  const isIdle = ({ type, message }: Published): boolean =>
    type === 'status' && message.content.execution_state === 'idle';
  /** Reply and iopub messages of a request, when it is done. */
  async function done(id: string, timeoutMs = 10_000) {
    const reply = await until(() => replies.get(id), { what: `a reply to ${id}`, timeoutMs });
    if (/^(execute|apply)_reply$/.test(reply.message.header.msg_type))
      await until(() => of(id).some(isIdle), { what: `idle of ${id}`, timeoutMs });
    return { ...reply, content: reply.message.content, published: of(id) };
  }
  /** A ROUTER drops what is for a peer whose handshake is still under way: asks on each channel until it is answered. */
  async function reach(uuid: string): Promise<void> {
    const questions = { mux: 'kernel_info_request', task: 'kernel_info_request', control: 'abort_request' } as const;
    for (const [channel, msgType] of Object.entries(questions) as [Channel, string][]) {
      const asked: string[] = [];
      const answered = (): boolean => {
        if (asked.some((id) => replies.has(id))) return true;
        asked.push(send(uuid, channel, msgType, { msg_ids: ['none'] }));
        return false;
      };
      await until(answered, { what: `${uuid} can be reached by ${channel}`, everyMs: 50 });
    }
  }
  const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

  const main = join(import.meta.dirname, 'main.ts');
  return {
    file,
    folder: folder.path,
    connection,
    registrations,
    unregistrations,
    published,
    beating,
    replies,
    work,
    send,
    done,
    of,
    /** Starts an engine; does not wait for it. */
    async start(args: readonly string[] = [], env: Record<string, string | undefined> = {}): Promise<Program> {
      const argv = [process.execPath, main, `--file=${file}`, '--log-level=debug', ...args];
      const program = await startProgram(argv, { env: { NODE_OPTIONS: undefined, ...env }, cwd: folder.path });
      programs.push(program);
      return program;
    },
    /** Resolves to the uuid of the n-th engine when its heart beats and it can be reached. */
    async ready(n = 0): Promise<string> {
      const uuid = (): string => registrations[n]?.uuid as string;
      await until(() => beating.has(uuid()), {
        what: () => `engine ${n} beats. ${programs.map(({ output }) => output).join('\n')}`,
      });
      await reach(uuid());
      return uuid();
    },
    stopPings: () => clearInterval(beat),
    /** Text that a request has written to a stream so far. */
    streamOf: (id: string, name: 'stdout' | 'stderr'): string =>
      of(id)
        .filter(({ type, message }) => type === 'stream' && message.content.name === name)
        .map(({ message }) => asText(message.content.text))
        .join(''),
    async stop(): Promise<void> {
      clearInterval(beat);
      for (const program of programs) await program.stop({ graceMs: 3000 });
      await transport.close();
      await folder.remove();
    },
  };
}

export type TestController = Awaited<ReturnType<typeof startTestController>>;
