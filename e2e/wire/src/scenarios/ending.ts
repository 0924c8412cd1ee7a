// Connection files, dask, and the end of a controller (§1, §4.7, §7.6).
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonObject } from '@muster/protocol';
import type { Heard } from '../harness/heard.ts';
import { contentOf, typeOf } from '../harness/heard.ts';
import type { Group } from '../tale.ts';
import { quick, scenario } from './words.ts';

/** Without the names before 1.0, which ours says besides and nobody needs. */
const ofToday = ({ url: _, exec_key: __, ...file }: JsonObject): JsonObject => file;

const isShutdown = (heard: Heard): boolean => typeOf(heard) === 'shutdown_notification';

export const ending: Group = {
  name: 'ending',
  args: [...quick, '--location=here', '--ssh=user@gate', '--enginessh=gate'],
  engines: ['one'],
  settles: [],
  scenarios: [
    scenario('connection files', async (tale) => {
      const { files, profileDir } = tale.stage.controller;
      tale.noteValue('client', ofToday(files.client));
      tale.noteValue('engine', ofToday(files.engine));
      tale.noteValue('the same registration', files.client.registration === files.engine.registration);
      const ports = [files.client, files.engine]
        .flatMap((file) => Object.values(file).flat())
        .filter((value) => typeof value === 'number');
      tale.noteValue('ports, each once but registration', new Set(ports).size === ports.length - 1);
      tale.noteValue('location', (files.client as JsonObject).location === 'here');
      const names = (await readdir(join(profileDir, 'security'))).sort();
      tale.noteValue('files', names);
      for (const name of names) {
        const { mode } = await stat(join(profileDir, 'security', name));
        tale.noteValue(`mode of ${name}`, (mode & 0o777).toString(8));
      }
      const folders = await readdir(profileDir);
      tale.noteValue('folders of the profile', Object.fromEntries(folders.map((name) => [name, true])));
    }),
    scenario('dask', async (tale) => {
      const content = { scheduler_args: {} };
      const ask = (msgType: string) => tale.client.ask('registration', msgType, { content });
      const told = (reply: Heard | undefined): JsonObject => {
        const { status = null, address, port, ip } = contentOf(reply);
        return { status, address: typeof address, port: typeof port, ip: typeof ip, type: reply ? typeOf(reply) : '' };
      };
      const first = await tale.client.reply(
        'registration',
        tale.client.request('registration', 'become_dask_request', { content }),
        30_000,
      );
      tale.noteValue('first', told(first));
      const second = await ask('become_dask_request');
      tale.noteValue('second', told(second));
      tale.noteValue('the same address', contentOf(first).address === contentOf(second).address);
      tale.note('stop', await ask('stop_distributed_request'));
      tale.note('second stop', await ask('stop_distributed_request'));
    }),
    scenario('shutdown', async (tale) => {
      const { controller } = tale.stage;
      const request = tale.client.request('registration', 'shutdown_request');
      await tale.answered('reply', 'registration', request);
      await tale.hears('notification', tale.client.lines.notification, isShutdown);
      await tale.hears('at the engine', tale.engine('one').control, undefined, 200);
      const exit = await Promise.race([
        controller.program.exited,
        new Promise<undefined>((done) => setTimeout(done, 30_000, undefined)),
      ]);
      tale.noteValue('exit', exit?.code ?? 'none');
      tale.noteValue('files left', (await readdir(join(controller.profileDir, 'security'))).sort());
    }),
  ],
};
