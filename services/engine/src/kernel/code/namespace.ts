// The persistent namespace: the global object of the kernel process. What user code declares at its top level lives there,
// so functions see it at full speed, and values need not cross between realms.
//
// A name that Node itself has there (`const process = …`, `import { setTimeout } from 'node:timers/promises'`) must not be
// taken from the engine and from libraries. Such names live in an object of their own, and only code that mentions one is
// run inside `with` over that object.

export interface Namespace {
  /** Makes names assignable before a cell that declares them runs. What they hold stays. */
  declare(names: readonly string[]): void;
  /** The code, such that names which shadow Node's mean what the user declared. */
  scope(code: string): Scoped;
  /** Changes when code scoped before might mean something else now. */
  readonly version: number;
  /** Takes away all that came since the kernel started, and puts back what was overwritten. */
  clear(): void;
}

interface Scoped {
  readonly code: string;
  /** Characters put in front of its first line. */
  readonly columns: number;
}

const shadowKey = Symbol.for('muster.shadows');
const open = "with(globalThis[Symbol.for('muster.shadows')]){";

/** Call it before user code runs: what the global object has now is not the user's. */
export function createNamespace(root: object = globalThis): Namespace {
  const shadows = Object.create(null) as Record<string, unknown>;
  Object.defineProperty(root, shadowKey, { value: shadows });
  const original = takeOriginals(root);
  let mentions: RegExp | undefined;
  let version = 0;
  function shadow(name: string): void {
    if (name in shadows) return;
    define(shadows, name, undefined);
    const names = Object.keys(shadows).map((each) => each.replaceAll('$', '\\$'));
    mentions = new RegExp(`(?<![\\w$])(${names.join('|')})(?![\\w$])`);
    version++;
  }
  return {
    declare(names) {
      for (const name of names) {
        if (Object.hasOwn(original, name)) shadow(name);
        else if (isUnusable(root, name)) define(root, name, undefined);
      }
    },
    scope: (code) =>
      mentions?.test(code) ? { code: `${open}${code}\n}`, columns: open.length } : { code, columns: 0 },
    get version() {
      return version;
    },
    clear() {
      for (const name of Object.keys(shadows)) delete shadows[name];
      mentions = undefined;
      version++;
      for (const key of Reflect.ownKeys(root)) if (!Object.hasOwn(original, key)) remove(root, key);
      for (const key of Reflect.ownKeys(original)) restore(root, key, original[key]);
    },
  };
}

type Originals = Record<PropertyKey, PropertyDescriptor | undefined>;

/**
 * Names behind which Node loads its HTTP client as soon as anybody looks at them: 20 ms and 5 MB in each engine. They are
 * left alone; should user code assign to one of them on `globalThis`, that stays.
 */
const unseen: ReadonlySet<PropertyKey> = new Set(
  'FormData Headers Request Response MessageEvent CloseEvent WebSocket'.split(' '),
);

function takeOriginals(root: object): Originals {
  const originals: Originals = {};
  for (const key of Reflect.ownKeys(root))
    originals[key] = unseen.has(key) ? undefined : Object.getOwnPropertyDescriptor(root, key);
  return originals;
}

const define = (root: object, key: PropertyKey, value: unknown): boolean =>
  Reflect.defineProperty(root, key, { value, writable: true, enumerable: true, configurable: true });

/** Not there, or there as an accessor or constant. */
function isUnusable(root: object, name: string): boolean {
  const own = Object.getOwnPropertyDescriptor(root, name);
  return own === undefined || (own.configurable === true && own.writable !== true);
}

/** What cannot be deleted is at least emptied. */
function remove(root: object, key: PropertyKey): void {
  if (!Reflect.deleteProperty(root, key)) Reflect.set(root, key, undefined);
}

function restore(root: object, key: PropertyKey, original: PropertyDescriptor | undefined): void {
  if (original === undefined) return;
  const now = Object.getOwnPropertyDescriptor(root, key);
  if (now?.value === original.value && now?.get === original.get && now?.set === original.set) return;
  Reflect.defineProperty(root, key, original);
}
