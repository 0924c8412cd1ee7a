/** A small typed source of events. */
export interface Emitter<Events> {
  /** Calls back at each such event. Returns the function that ends it. */
  on<K extends keyof Events>(event: K, listener: (detail: Events[K]) => void): () => void;
  emit<K extends keyof Events>(event: K, detail: Events[K]): void;
}

/** A listener that throws does not keep the others from being called; its error surfaces as uncaught. */
export function createEmitter<Events>(): Emitter<Events> {
  const listeners = new Map<keyof Events, Set<(detail: never) => void>>();
  return {
    on(event, listener) {
      const set = listeners.get(event) ?? new Set();
      listeners.set(event, set);
      set.add(listener);
      return () => set.delete(listener);
    },
    emit(event, detail) {
      for (const listener of [...(listeners.get(event) ?? [])])
        callBack(listener as (d: typeof detail) => void, detail);
    },
  };
}

/** Calls a listener of the user. What it throws must not break our own work, nor be lost. */
export function callBack<T>(listener: (detail: T) => void, detail: T): void {
  try {
    listener(detail);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
