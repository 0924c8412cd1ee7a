// npm run bench -- data: see `help`.

import { transportNames } from '@muster/transport';
import { flag, listOf, readCommandLine, text, textOr, whole } from '../command-line.ts';
import { ours, theirs } from '../controllers/contender.ts';
import type { Transfer } from '../data/transfer.ts';
import { directions, throughController, throughRelay } from '../data/transfer.ts';
import { figure, short, spread } from '../figures.ts';
import { machine, machineText } from '../machine.ts';
import { writeJson } from '../report-files.ts';
import { findPeer } from '../system.ts';
import { plainText } from '../text-table.ts';

const help = `npm run bench -- data [options]: buffers of 1 kB to 1 GB from a client to engines (push), back (pull), and to four
engines at once (broadcast), beside Python's controller and libzmq's zmq_proxy in C (the zeromq package runs it), which is what
a relay can be at best

  --rounds N       rounds (3)
  --full           1 GB too, which needs 8 GB of memory
  --sizes LIST     sizes in bytes (1000,100000,1000000,10000000,100000000)
  --ways LIST      of push, pull, broadcast (all)
  --transport LIST ours on each of these transports (its default)
  --no-peers       without Python's
  --json FILE      all measurements`;

const chosen = readCommandLine(
  'data',
  help,
  {
    rounds: textOr('3'),
    full: flag,
    sizes: textOr('1000,100000,1000000,10000000,100000000'),
    ways: textOr(directions.join()),
    transport: text,
    'no-peers': flag,
    json: text,
  },
  (values) => ({
    rounds: whole('rounds', values.rounds),
    sizesBytes: [...values.sizes.split(',').map((one) => whole('sizes', one)), ...(values.full ? [1e9] : [])],
    directions: listOf('ways', values.ways, directions),
    transports: values.transport === undefined ? [] : listOf('transport', values.transport, transportNames),
    peers: !values['no-peers'],
    json: values.json,
  }),
);
const found = chosen.peers ? await findPeer() : undefined;
const own = chosen.transports.length === 0 ? [ours()] : chosen.transports.map((name) => ours(name));
const controllers = found === undefined ? own : [...own, theirs(found)];
const all: (Transfer & { readonly through: string; readonly round: number })[] = [];

for (let round = 1; round <= chosen.rounds; round++) {
  const through = (name: string) => ({
    ...chosen,
    onTransfer: (one: Transfer) => {
      all.push({ ...one, through: name, round });
      const { direction, sizeBytes, bytesPerS } = one;
      console.error(
        `${round}/${chosen.rounds} ${name}: ${direction} of ${short(sizeBytes)} bytes: ${short(bytesPerS / 1e6)} MB/s`,
      );
    },
  });
  for (const contender of controllers) await throughController(contender, through(contender.name));
  await throughRelay('c', through('C zmq_proxy'));
}

const names = [...new Set(all.map(({ through }) => through))];
const rows = chosen.directions.flatMap((direction) =>
  chosen.sizesBytes.map((sizeBytes) => [
    `${direction}, ${short(sizeBytes)} bytes, MB/s`,
    ...names.map((name) => {
      const same = all.filter(
        (one) => one.through === name && one.direction === direction && one.sizeBytes === sizeBytes,
      );
      return same.length === 0 ? '' : spread(figure(same.map(({ bytesPerS }) => bytesPerS / 1e6)));
    }),
  ]),
);
console.log(`${plainText([['', ...names], ...rows])}\n\n${machineText(found === undefined ? [] : [found.name])}`);
if (chosen.json !== undefined)
  writeJson(chosen.json, { bench: 'data', machine: machine(), options: chosen, transfers: all });
