// Questions to the hub that need no records (§4.3, §4.7).
import type { Json } from '@muster/protocol';
import { encodeText } from '@muster/protocol';
import type { Group, Scenario } from '../tale.ts';
import { quick, scenario } from './words.ts';

/** One question, and what comes back. */
const question = (name: string, msgType: string, content: Json = {}): Scenario =>
  scenario(name, async (tale) => void (await tale.ask('reply', 'registration', msgType, { content })));

const engineQuestions: [string, Json][] = [
  ['of all', { targets: null, verbose: false }],
  ['of all, verbose', { targets: null, verbose: true }],
  ['of an id', { targets: 1, verbose: false }],
  ['of a uuid', { targets: 'one', verbose: false }],
  ['of a list', { targets: ['one', 2], verbose: false }],
  ['of an unknown id', { targets: 999, verbose: false }],
  ['of an unknown uuid', { targets: 'nobody', verbose: false }],
  ['of an id as text', { targets: '1', verbose: false }],
  ['of an empty list', { targets: [], verbose: false }],
  ['without verbose', { targets: null }],
  ['without targets', {}],
  ['of a fraction', { targets: 1.5, verbose: false }],
  ['of an object', { targets: { a: 1 }, verbose: false }],
  ['of true', { targets: true, verbose: false }],
  ['of a list of lists', { targets: [[1]], verbose: false }],
];

export const query: Group = {
  name: 'query',
  args: [...quick],
  engines: ['one', 'two'],
  scenarios: [
    question('connection', 'connection_request'),
    question('connection with content', 'connection_request', { more: [1, 2] }),
    ...engineQuestions.map(([what, content]) => question(`queue ${what}`, 'queue_request', content)),
    ...engineQuestions.slice(0, 9).map(([what, content]) => question(`load ${what}`, 'load_request', content)),
    question('history, empty', 'history_request'),
    question('unknown type', 'no_such_request'),
    question('empty type', ''),
    question('a reply as request', 'connection_reply'),
    question('stop of a dask that never ran', 'stop_distributed_request'),
    scenario('a parent in the request', async (tale) => {
      await tale.ask('reply', 'registration', 'connection_request', { parent: { msg_id: 'x', msg_type: 'y' } });
    }),
    scenario('buffers and metadata in the request', async (tale) => {
      const words = { metadata: { a: 1 }, buffers: [encodeText('abc')] };
      await tale.ask('reply', 'registration', 'connection_request', words);
    }),
    scenario('an id frame in front', async (tale) => {
      await tale.ask('reply', 'registration', 'connection_request', {}, 'some id');
    }),
  ],
};
