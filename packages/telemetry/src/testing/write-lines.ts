// A process that logs: write-lines.ts PATH NAME COUNT MAX_BYTES FILES, or --folder FOLDER for stderr that is a file there.
import { createLogFile, createLogOutput } from '../index.ts';

const [first = '', ...rest] = process.argv.slice(2);
const folder = first === '--folder' ? rest.shift() : undefined;
const [name = '', count, maxBytes, files] = rest;
const limits = { maxBytes: Number(maxBytes), files: Number(files) };
const say = (line: string): never => {
  throw new Error(line);
};
const output =
  folder === undefined
    ? createLogFile({ ...limits, path: first, say })
    : createLogOutput({ ...limits, folder, name: 'ipx', clean: false });
for (let n = 0; n < Number(count); n++) {
  output.write(`${name} ${n} ${'.'.repeat(20)}\n`);
  if (n % 50 === 0) await new Promise(setImmediate);
}
output.close();
