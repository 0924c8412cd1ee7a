#!/usr/bin/env node
import { boot } from './boot.js';

await boot('ipengine', () => import('../src/ipengine.ts'));
