// Brings one socket of ours and one of a peer together.
import type { Socket, SocketKind, SocketOptions, TransportName } from '@muster/transport';
import { onTestFinished } from 'vitest';
import { repeatUntil, say, startOurs } from './ours.ts';
import type { Peer, PeerKind, PeerOptions, PeerSocket } from './peers/peer.ts';
import type { Scheme } from './table.ts';
import { freeEndpoint, peerOf } from './table.ts';

export interface Meeting {
  readonly transport: TransportName;
  readonly peer: string;
  readonly scheme: Scheme;
  readonly who: 'we bind' | 'they bind';
}

export interface Met {
  readonly ours: Socket;
  readonly theirs: PeerSocket;
  readonly peer: Peer;
  readonly endpoint: string;
  /** What ours told to onError. */
  readonly errors: string[];
}

export async function meet(
  meeting: Meeting,
  [ourKind, ourOptions]: readonly [SocketKind, Omit<SocketOptions, 'kind'>?],
  [theirKind, theirOptions]: readonly [PeerKind, PeerOptions?],
): Promise<Met> {
  const { open, errors } = startOurs(meeting.transport);
  const ours = open(ourKind, ourOptions);
  const peer = await peerOf(meeting.peer);
  const theirs = await peer.open(theirKind, theirOptions);
  onTestFinished(() => theirs.close());
  const free = await freeEndpoint(meeting.scheme);
  const endpoint = meeting.who === 'we bind' ? await ours.bind(free) : await theirs.bind(free);
  if (meeting.who === 'we bind') await theirs.connect(endpoint);
  else ours.connect(endpoint);
  return { ours, theirs, peer, endpoint, errors };
}

/** Publishes until a subscriber hears it, and a last one behind which nothing of this is left. */
export async function greetSubscriber(ours: Socket, theirs: PeerSocket, topic = ''): Promise<void> {
  let heard = false;
  const waiting = theirs.receive().then(() => {
    heard = true;
  });
  await repeatUntil(
    () => say(ours, '', `${topic}hello there`),
    () => heard,
    'the subscription arrives',
  );
  await waiting;
  say(ours, '', `${topic}that was all`);
  await theirs.skipTo(`${topic}that was all`);
}
