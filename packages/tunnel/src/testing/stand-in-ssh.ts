// For tests: stands in ssh's place. Forwards for itself, and does what the file STAND_IN says at its start: 'open', 'refuse', 'deaf'
// (not let in, not refused), 'prohibit' (open, but nothing goes through).
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { openMark } from '../ssh-arguments.ts';

const mode = readFileSync(process.env.STAND_IN!, 'utf8').trim();
if (mode === 'refuse') {
  process.stderr.write('ssh: connect to host n1 port 22: Connection refused\n');
  process.exit(255);
}
const words = process.argv.slice(2);
const forwards = words.filter((_, i) => words[i - 1] === '-L').map((text) => text.split(':'));
let listening = 0;
for (const [, localPort, host, port] of mode === 'deaf' ? [] : forwards) {
  const server = createServer((from) => {
    from.on('error', () => {});
    if (mode === 'prohibit') {
      process.stderr.write('channel 2: open failed: administratively prohibited: open failed\r\n');
      from.destroy();
      return;
    }
    const to = connect(Number(port), host);
    to.on('error', () => from.destroy());
    from.pipe(to).pipe(from);
  });
  server.on('error', () => process.stderr.write(`x: cannot listen to port: ${localPort}\n${openMark}\n`));
  server.listen(Number(localPort), '127.0.0.1', () => {
    if (++listening === forwards.length) process.stderr.write(`${openMark}\n`);
  });
}
setInterval(() => {}, 1000);
