// The engines of the hub, in a collection beside that of the tasks. The document of the empty uuid, which no engine has, holds
// the next number.
import type { Collection } from 'mongodb';
import type { TaskBackend } from '../batched/backend.ts';
import type { EngineStatus } from '../port.ts';
import { calling } from './mongo-errors.ts';

/** `_id`: the uuid. */
export interface EngineDocument {
  readonly _id: string;
  readonly id: number;
  readonly kernel?: string;
  readonly status?: EngineStatus;
}

export const createEngineRegistry = (
  engines: Collection<EngineDocument>,
): Pick<TaskBackend, 'loadEngines' | 'putEngine' | 'removeEngine'> => ({
  loadEngines: () =>
    calling(async () => {
      const documents = await engines.find().sort({ id: 1 }).toArray();
      return {
        engines: documents.flatMap(({ _id: uuid, id, kernel = '', status }) =>
          uuid === '' || status === undefined ? [] : [{ uuid, id, kernel, status }],
        ),
        nextId: documents.find(({ _id }) => _id === '')?.id ?? 0,
      };
    }),
  putEngine: ({ uuid, id, kernel, status }) =>
    calling(async () => {
      // The number first: one that is burnt does no harm.
      await engines.updateOne({ _id: '' }, { $max: { id: id + 1 } }, { upsert: true });
      await engines.replaceOne({ _id: uuid }, { id, kernel, status }, { upsert: true });
    }),
  removeEngine: (uuid) =>
    calling(async () => {
      if (uuid !== '') await engines.deleteOne({ _id: uuid });
    }),
});
