// Every conversation of the wire description, in groups that share a pair of controllers.
import type { Group } from '../tale.ts';
import { badQueries } from './bad-queries.ts';
import { balanced } from './balanced.ts';
import { broadcast } from './broadcast.ts';
import { control } from './control.ts';
import { dependencies } from './dependencies.ts';
import { direct } from './direct.ts';
import { ending } from './ending.ts';
import { hearts } from './hearts.ts';
import { iopub } from './iopub.ts';
import { loss } from './loss.ts';
import { query } from './query.ts';
import { records, sqlite } from './records.ts';
import { registration } from './registration.ts';
import { curve, noKey, noStore, ownKey, pure } from './settings.ts';

// The longest first.
export const groups: readonly Group[] = [
  loss,
  ending,
  dependencies,
  direct,
  registration,
  records,
  sqlite,
  balanced,
  broadcast,
  hearts,
  control,
  iopub,
  query,
  badQueries,
  noKey,
  ownKey,
  curve,
  noStore,
  pure,
];
