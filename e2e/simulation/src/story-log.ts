import type { Logger } from '@muster/telemetry';
import type { Story } from './story.ts';
import type { Truth } from './truth.ts';

/** Services log into the story. An error is a broken rule: nothing that peers do may lead to one. */
export function createStoryLogger(story: Story, truth: Truth, who: string): Logger {
  const tell = (fields: object, message: string): void => story.tell(who, message, fields);
  return {
    debug() {},
    info: tell,
    warn: tell,
    error(fields, message) {
      tell(fields, `ERROR ${message}`);
      truth.broken.push(`${who} logs an error: ${message} ${JSON.stringify(fields)}`);
    },
    child: ({ service }) => createStoryLogger(story, truth, service),
  };
}
