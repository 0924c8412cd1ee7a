// The persistent namespace: the global object of the kernel process. What user code declares at its top level lives there,
// so functions see it at full speed, and values need not cross between realms.

export interface Namespace {
  /** Makes names assignable before a cell that declares them runs. What they hold stays. */
  declare(names: readonly string[]): void;
  /** Takes away all that came since the kernel started, and puts back what was overwritten. */
  clear(): void;
}

/** Call it before user code runs: what the global object has now is not the user's. */
export function createNamespace(root: object = globalThis): Namespace {
  const original = Object.getOwnPropertyDescriptors(root) as Record<PropertyKey, PropertyDescriptor>;
  return {
    declare(names) {
      for (const name of names) {
        const own = Object.getOwnPropertyDescriptor(root, name);
        if (own === undefined || (own.configurable && own.writable !== true)) define(root, name, undefined);
      }
    },
    clear() {
      for (const key of Reflect.ownKeys(root)) if (!(key in original)) remove(root, key);
      for (const key of Reflect.ownKeys(original)) restore(root, key, original[key]!);
    },
  };
}

const define = (root: object, key: PropertyKey, value: unknown): boolean =>
  Reflect.defineProperty(root, key, { value, writable: true, enumerable: true, configurable: true });

/** What cannot be deleted (a `var` of indirect eval in strict mode, say) is at least emptied. */
function remove(root: object, key: PropertyKey): void {
  if (!Reflect.deleteProperty(root, key)) Reflect.set(root, key, undefined);
}

function restore(root: object, key: PropertyKey, original: PropertyDescriptor): void {
  const now = Object.getOwnPropertyDescriptor(root, key);
  if (now?.value === original.value && now?.get === original.get && now?.set === original.set) return;
  Reflect.defineProperty(root, key, original);
}
