export { cleanSettings, enginesSettings, listSettings, startSettings, stopSettings } from './settings.ts';
