// Heartbeats (§2.6, §7.2).
import type { Heard } from '../harness/heard.ts';
import type { Line } from '../harness/line.ts';
import type { Group, Tale } from '../tale.ts';
import { frame, scenario, tells } from './words.ts';

const textOf = (heard: Heard | undefined): string => Buffer.from(heard?.frames[0] ?? []).toString('latin1');

const pings = (tale: Tale): Line =>
  tale.wire.connect({ name: 'pings', kind: 'sub', side: 'engine', channels: ['hb_ping'] });

export const hearts: Group = {
  name: 'hearts',
  args: ['--ping=100', '--HeartMonitor.max_heartmonitor_misses=10'],
  engines: ['one'],
  scenarios: [
    scenario('pings', async (tale) => {
      const line = pings(tale);
      const heard = [await line.next(), await line.next(), await line.next()];
      tale.noteValue(
        'frames in each',
        heard.map((ping) => ping?.frames.length ?? 0),
      );
      const texts = heard.map(textOf);
      tale.noteValue(
        'each is a decimal number',
        texts.every((text) => /^\d+(\.\d+)?$/.test(text)),
      );
      tale.noteValue('each is greater', Number(texts[0]) < Number(texts[1]) && Number(texts[1]) < Number(texts[2]));
      tale.noteValue('a second or less apart', Number(texts[2]) - Number(texts[0]) < 2);
      await line.close();
    }),
    scenario('an engine stops beating', async (tale) => {
      const engine = await tale.enter({ uuid: 'fading' });
      engine.beating = false;
      await tale.hears('notification', tale.client.lines.notification, tells('unregistration', 'fading'));
      await tale.ask('engines', 'registration', 'connection_request');
      tale.gone(engine);
    }),
    scenario('an engine misses a few beats', async (tale) => {
      const engine = await tale.enter({ uuid: 'pausing' });
      engine.beating = false;
      const line = pings(tale);
      for (let beat = 0; beat < 3; beat++) await line.next();
      engine.beating = true;
      await line.close();
      await tale.hears('notification', tale.client.lines.notification, tells('unregistration', 'pausing'), 700);
    }),
    scenario('a dropped engine wakes up', async (tale) => {
      const engine = await tale.enter({ uuid: 'sleeping' });
      engine.beating = false;
      await tale.client.lines.notification.next(tells('unregistration', 'sleeping'));
      engine.beating = true;
      await tale.hears('control', engine.control, undefined, 1000);
      await tale.hears('notification', tale.client.lines.notification, tells('registration', 'sleeping'), 1500);
      await tale.ask('engines', 'registration', 'connection_request');
      engine.beating = false;
      tale.client.request('registration', 'unregistration_request', { content: { id: engine.id } });
      await tale.client.settle('registration');
      // Ours has an engine to tell of, which Python's controller lost for good.
      await tale.client.lines.notification.next(tells('unregistration', 'sleeping'), 500);
      tale.client.lines.notification.drain();
      tale.gone(engine);
    }),
    scenario('pongs that answer nothing', async (tale) => {
      const engine = await tale.enter({ uuid: 'babbling' });
      const pong = tale.wire.connect({
        name: 'pong',
        kind: 'dealer',
        side: 'engine',
        channels: ['hb_pong'],
        identity: 'stranger',
      });
      const line = pings(tale);
      const ping = (await line.next())?.frames ?? [];
      for (const frames of [ping, [frame('0.5')], [frame('')], [frame('x'), frame('y')]]) pong.send(frames);
      await line.next();
      await line.next();
      await Promise.all([line.close(), pong.close()]);
      await tale.ask('engines', 'registration', 'connection_request');
      await tale.ask('engine still answers', 'mux', 'clear_request', {}, engine.uuid);
      await tale.hears('request', engine.shell);
    }),
  ],
};
