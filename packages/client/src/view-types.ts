import type { Reference } from '@muster/serialize';

/** Arguments of a call: in the place of any of them a Reference to a name on the engine may stand. */
export type Referable<A extends readonly unknown[]> = { [K in keyof A]: A[K] | Reference };

/** What a view of one engine gives, and what a view of several gives: a list with a member an engine. */
export type PerEngine<Many extends boolean, R> = Many extends true ? R[] : R;

/** A function that is called with each item and its index. */
export type MapFunction<T, R> = (item: T, index: number) => R;
