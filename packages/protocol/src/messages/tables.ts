// All message tables, one a conversation and direction, and the types that follow from them.
import { controlReplies, controlRequests } from './control.ts';
import { executionReplies, executionRequests } from './execution.ts';
import { iopubMessages } from './iopub.ts';
import { notifications } from './notification.ts';
import { queryReplies, queryRequests } from './query.ts';
import type { Output, Schema } from './schema.ts';

export const messageTables = {
  'query.request': queryRequests,
  'query.reply': queryReplies,
  notification: notifications,
  'execution.request': executionRequests,
  'execution.reply': executionReplies,
  'control.request': controlRequests,
  'control.reply': controlReplies,
  iopub: iopubMessages,
} as const;

export type TableName = keyof typeof messageTables;
/** The message types of a conversation. */
export type TypeIn<N extends TableName> = keyof (typeof messageTables)[N] & string;

type Row<N extends TableName, T extends TypeIn<N>> = (typeof messageTables)[N][T];
/** Content as it is after reading: checked, defaults filled in. */
export type ContentOf<N extends TableName, T extends TypeIn<N>> =
  Row<N, T> extends { read: infer R extends Schema } ? Output<R> : never;
