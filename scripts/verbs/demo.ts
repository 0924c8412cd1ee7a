// npm run demo: a cluster of four Node engines does a real job, and stops.
import { runDemo } from '@muster/word-count';

process.exitCode = await runDemo();
