// The msg_id in a packed header, found without unpacking it: at most half as dear as a whole header. Only in headers that are as
// plain as nearly all are; of the others nothing is said, and they have to be unpacked.
import { decodeLatin1 } from './bytes.ts';

const key = '"msg_id"';
/** Longer headers are no plain ones. */
const mostBytes = 2048;
const space = 0x20;
const colon = 0x3a;
const quote = 0x22;

/**
 * The msg_id of a packed header that is one flat object without escapes, names it once, and has it in ASCII; undefined of
 * any other. Whether the rest of the header is in order is not looked at.
 */
export function findParentId(header: Uint8Array): string | undefined {
  if (header.length > mostBytes) return undefined;
  const text = decodeLatin1(header);
  if (!isPlain(text)) return undefined;
  const at = text.indexOf(key);
  if (at < 0 || text.indexOf(key, at + key.length) >= 0) return undefined;
  let from = at + key.length;
  while (text.charCodeAt(from) === space) from++;
  if (text.charCodeAt(from++) !== colon) return undefined;
  while (text.charCodeAt(from) === space) from++;
  if (text.charCodeAt(from++) !== quote) return undefined;
  for (let to = from; to < text.length; to++) {
    const code = text.charCodeAt(to);
    // Not a slice of the text: it would keep the whole of it.
    if (code === quote) return decodeLatin1(header, to, from);
    if (code < space || code > 0x7e) return undefined;
  }
  return undefined;
}

const isPlain = (text: string): boolean =>
  text.startsWith('{"') && text.indexOf('}') === text.length - 1 && !text.includes('{', 1) && !text.includes('\\');
