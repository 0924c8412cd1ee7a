/**
 * Bytes that may be kept: a copy when they are a view of a larger block (as frames from a socket are), for a small frame
 * kept would pin the whole block; the same bytes when they fill most of their block. The copy is no Node Buffer: a
 * Buffer's `slice` would be another view.
 */
export const ownBytes = (bytes: Uint8Array): Uint8Array =>
  bytes.byteLength * 2 >= bytes.buffer.byteLength ? bytes : new Uint8Array(bytes);
