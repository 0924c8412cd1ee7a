/** The frames that name peers, encoded once for each peer and not once for each message. */
export type IdFrames = (name: string) => Uint8Array;

/** So many are remembered; then it begins anew. */
const mostNames = 10_000;

export function createIdFrames(encode: (name: string) => Uint8Array): IdFrames {
  const frames = new Map<string, Uint8Array>();
  return (name) => {
    let frame = frames.get(name);
    if (frame === undefined) {
      if (frames.size >= mostNames) frames.clear();
      frame = encode(name);
      frames.set(name, frame);
    }
    return frame;
  };
}
