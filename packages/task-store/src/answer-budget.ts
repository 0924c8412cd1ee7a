import { StoreError } from './port.ts';

/** Counts the bytes of an answer. Throws StoreError MemoryError when they pass the limit. */
export function createAnswerBudget(limitBytes: number): (sizeBytes: number) => void {
  let left = limitBytes;
  return (sizeBytes) => {
    left -= sizeBytes;
    if (left >= 0) return;
    const what = `the answer has more than ${limitBytes} bytes`;
    throw new StoreError('MemoryError', `${what}: ask for fewer records, or for fewer keys`);
  };
}
