// Errors of the driver, by what can be done about them.
import { MongoNetworkError, MongoServerError, MongoServerSelectionError } from 'mongodb';
import { BackendError } from '../batched/backend.ts';
import { StoreError } from '../port.ts';

/** No such user, wrong password, not allowed: it stays so. */
const refusals = new Set<unknown>([13, 18, 8000]);

function toBackendError(error: unknown): BackendError | StoreError {
  if (error instanceof StoreError || error instanceof BackendError) return error;
  const { message, code } = error as Error & { code?: unknown };
  const isAway = error instanceof MongoNetworkError || error instanceof MongoServerSelectionError;
  const retryable = isAway || (error instanceof MongoServerError && !refusals.has(code));
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
