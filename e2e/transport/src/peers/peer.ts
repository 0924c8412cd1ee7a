// A libzmq peer as tests see it: the same from pyzmq, in a process of its own, and from the `zeromq` package.

export type PeerKind = 'router' | 'dealer' | 'req' | 'rep' | 'pub' | 'sub' | 'xpub' | 'xsub' | 'pair' | 'push' | 'pull';

/** Options of libzmq by their names in lower case, without ZMQ_: numbers, or texts of one byte a character. */
export type PeerOptions = Readonly<Record<string, number | string>>;

/** A frame to send: bytes, or a large one that the peer makes up (see patterned). */
export type FrameToSend = Uint8Array | string | { readonly seed: number; readonly size: number };
/** A frame that came: whole, or of more than 64 KiB only its size and CRC-32. */
export type FrameSeen = Buffer | { readonly size: number; readonly crc: number };

export interface PeerSocket {
  /** Gives the endpoint with its real port. */
  bind(endpoint: string): Promise<string>;
  connect(endpoint: string): Promise<void>;
  disconnect(endpoint: string): Promise<void>;
  subscribe(prefix: string): Promise<void>;
  unsubscribe(prefix: string): Promise<void>;
  /** Texts become one byte a character. Rejects where libzmq refuses it. */
  send(...frames: FrameToSend[]): Promise<void>;
  /** Sends the n-th messages from `first` on, each behind the frames `before`. */
  sendRun(run: {
    readonly first?: number;
    readonly count: number;
    readonly before?: readonly FrameToSend[];
  }): Promise<void>;
  /** Takes as many from what came; rejects after `patienceMs` (default 30 s) without them. */
  receive(count?: number, patienceMs?: number): Promise<FrameSeen[][]>;
  /** Takes as many and gives the places of those that are not the n-th messages behind `behind` other frames. */
  checkRun(run: { readonly first?: number; readonly count: number; readonly behind?: number }): Promise<number[]>;
  /** Takes all up to the first message that starts with this frame; gives how many. Rejects after 30 s. */
  skipTo(first: string): Promise<number>;
  /** What it does with what comes: collects it (at first), answers it by its own frames, or does not read at all. */
  mode(mode: 'collect' | 'echo' | 'ignore'): Promise<void>;
  /** Names of what libzmq's monitor saw since the last call, for a socket opened with `watched`. */
  events(): Promise<string[]>;
  close(lingerMs?: number): Promise<void>;
}

export interface Peer {
  readonly name: string;
  open(kind: PeerKind, options?: PeerOptions, watched?: boolean): Promise<PeerSocket>;
  /** Ends it with all its sockets, at once. */
  end(): Promise<void>;
}
