import { describe, expect, test } from 'vitest';
import { transportContract } from './contract.ts';
import { createZeromqTransport } from './zeromq-transport.ts';

transportContract('zeromq', (onError) => createZeromqTransport({ onError }), { describe, test, expect });
