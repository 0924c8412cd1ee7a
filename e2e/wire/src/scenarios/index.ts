// Every conversation of the wire description, in groups that share a pair of controllers.
import type { Group } from '../tale.ts';
import { balanced } from './balanced.ts';
import { control } from './control.ts';
import { dependencies } from './dependencies.ts';
import { direct } from './direct.ts';
import { hearts } from './hearts.ts';
import { query } from './query.ts';
import { registration } from './registration.ts';

export const groups: readonly Group[] = [registration, hearts, query, direct, control, balanced, dependencies];
