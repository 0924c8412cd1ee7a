#!/usr/bin/env node
import { boot } from './boot.js';

await boot('ipcontroller', () => import('../src/ipcontroller.ts'));
