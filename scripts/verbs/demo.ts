// npm run demo: a cluster of four Node engines does a real job, and stops.
import { runDemo } from '../../examples/word-count/src/main.ts';

process.exitCode = await runDemo();
