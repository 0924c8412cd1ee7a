// A program that starts a cluster and is killed: `node starts-cluster.ts FOLDER_OF_PROFILES`.
import { Cluster } from '../index.ts';

await new Cluster({ ipythonDir: process.argv[2] ?? '', clusterId: 'x', n: 1 }).start();
process.stdout.write('started\n');
setInterval(() => {}, 1000);
