import { taskStoreContract } from './contract.ts';
import { createMemoryTaskStore } from './memory.ts';
import { createNoTaskStore } from './none.ts';

taskStoreContract({ name: 'memory', open: () => createMemoryTaskStore(), keeps: true, lasts: false });
taskStoreContract({ name: 'none', open: createNoTaskStore, keeps: false, lasts: false });
