import { buildMessage, createHeaderSource, encodeText, openMessage, toPeerId } from '@muster/protocol';
import { createHmacSigner } from '@muster/transport';
import { expect, test } from 'vitest';
import { spreadBroadcast } from './broadcast-wire.ts';

test('each target gets a signed message of its own: new msg_id, its target, the rest as it was', () => {
  const signer = createHmacSigner('a key');
  const request = buildMessage(signer, {
    header: { ...createHeaderSource('s').next('apply_request', 0), subshell_id: 'kept "as" it is' },
    parentHeader: { msg_id: 'parent' },
    metadata: { targets: [], is_coalescing: false, label: 'ü\u0000' },
    content: { a: 1 },
    buffers: [encodeText('one'), encodeText('two')],
  });
  const client = toPeerId(new Uint8Array([0, 200, 7]));
  const sent: [string, readonly Uint8Array[]][] = [];
  spreadBroadcast(
    {
      client,
      targets: [
        ['e0', 0],
        ['e1', 1],
      ],
      header: request.header,
      metadata: { ...request.metadata, original_msg_id: 's_0' },
      originalId: 's_0',
      parentHeader: request.frames[2]!,
      content: request.frames[4]!,
      buffers: request.buffers,
    },
    signer,
    (uuid, frames) => sent.push([uuid, frames]),
  );
  expect(sent.map(([uuid]) => uuid)).toEqual(['e0', 'e1']);
  const signatures = new Set<string>();
  for (const [uuid, frames] of sent) {
    expect(toPeerId(frames[0]!)).toBe(client);
    const message = openMessage(frames, signer, undefined, 1);
    expect(message.header).toEqual({ ...request.header, msg_id: `s_0_${uuid}` });
    expect(message.metadata).toEqual({
      ...request.metadata,
      targets: [[uuid, uuid === 'e0' ? 0 : 1]],
      original_msg_id: 's_0',
    });
    expect(message.parentHeader).toEqual({ msg_id: 'parent' });
    expect(message.buffers).toEqual(request.buffers);
    signatures.add(toPeerId(message.signature));
  }
  expect(signatures.size).toBe(2);
});
