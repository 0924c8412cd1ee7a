// What the views let engines do, as source: each is called with its arguments in the namespace of the user.

/** Sets names. */
export const pushSource = '(values) => { for (const name of Object.keys(values)) globalThis[name] = values[name]; }';

/** Gives back its argument: with a Reference, the value of a name. */
export const pullOneSource = '(value) => value';

/** Calls a function with each item; one after the other, so that async functions do not pile up. */
export const mapSource =
  '(async (fn, items, start) => { const out = []; for (let i = 0; i < items.length; i++) out.push(await fn(items[i], start + i)); return out; })';
