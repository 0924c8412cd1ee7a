// What documents are made of.
import { programs } from '../muster.ts';
import { renderCommandsDocument } from './commands-document.ts';

/** docs/commands.md. */
export const commandsDocument = (): Promise<string> => renderCommandsDocument(programs);
