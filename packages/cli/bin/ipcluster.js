#!/usr/bin/env node
import { boot } from './boot.js';

await boot('ipcluster', () => import('../src/ipcluster.ts'));
