import type { Scenario } from '../tale.ts';

export const scenario = (name: string, play: Scenario['play']): Scenario => ({ name, play });
