// Secrets hold bytes; Muster keeps text in them.
import type { ObjectMeta, Secret } from './objects.ts';

/** A Secret with these texts. */
export const secretOf = (metadata: ObjectMeta, texts: Readonly<Record<string, string>>): Secret => ({
  metadata,
  type: 'Opaque',
  data: Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString('base64')])),
});

/** The texts of a Secret, by key. */
export const textsOf = ({ data = {} }: Secret): Record<string, string> =>
  Object.fromEntries(Object.entries(data).map(([key, text]) => [key, Buffer.from(text, 'base64').toString('utf8')]));
