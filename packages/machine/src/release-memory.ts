type Collect = (how: { readonly type: 'major'; readonly execution: 'sync'; readonly flavor: 'last-resort' }) => void;

/**
 * Collects all garbage and gives its memory back to the system, which V8 by itself does not while nothing happens: some 50 ms in which
 * the loop stands still. Does nothing where Node was started without --expose-gc, by which programs are (bin/boot.js).
 */
export function releaseMemory(): void {
  const { gc } = globalThis as { gc?: Collect };
  gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}
