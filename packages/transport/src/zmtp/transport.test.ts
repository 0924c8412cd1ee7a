import { describe, expect, test } from 'vitest';
import { transportContract } from '../contract.ts';
import { createTransport } from '../create-transport.ts';

transportContract('zmtp', (onError) => createTransport({ name: 'zmtp', onError }), { describe, test, expect });
