// Every conversation of the wire description, in groups that share a pair of controllers.
import type { Group } from '../tale.ts';
import { query } from './query.ts';

export const groups: readonly Group[] = [query];
