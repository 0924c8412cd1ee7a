// Errors of the driver while the store is open, by what can be done about them.
import { MongoNetworkError, MongoServerError, MongoServerSelectionError } from 'mongodb';
import { BackendError } from '../batched/backend.ts';
import { StoreError } from '../port.ts';

/**
 * Faults of what was sent, which stay: BadValue, FailedToParse, TypeMismatch, a document that is too large. All others may
 * be mended: logins and rights are given again, disks get room, replica sets a primary.
 */
const faultsOfData = new Set<unknown>([2, 9, 14, 10_334, 17_419, 17_420]);

function toBackendError(error: unknown): BackendError | StoreError {
  if (error instanceof StoreError || error instanceof BackendError) return error;
  const { message, code } = error as Error & { code?: unknown };
  const isAway = error instanceof MongoNetworkError || error instanceof MongoServerSelectionError;
  const retryable = isAway || (error instanceof MongoServerError && !faultsOfData.has(code));
  return new BackendError(message, retryable);
}

/** Runs a call of the driver and turns its errors into ours. */
export async function calling<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw toBackendError(error);
  }
}
