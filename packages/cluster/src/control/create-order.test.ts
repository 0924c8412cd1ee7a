import { expect, test } from 'vitest';
import { createOrder, orderOfFound } from './create-order.ts';

const place = { profileDir: '/p', clusterId: 'x' };

test('what was given is kept for a restart, and what says where and how is not', () => {
  const values = { n: 3, engineLauncher: 'MPI', profile: 'lab', daemonize: true, delayS: 2, workDir: '/w' };
  const given = { n: 'option', engineLauncher: 'file', profile: 'option', daemonize: 'option' } as const;
  const { saved } = createOrder(place, { values, given, rest: ['--nodb'] });
  expect(saved).toEqual({ values: { n: 3, engineLauncher: 'MPI', workDir: '/w' }, rest: ['--nodb'] });
  const again = orderOfFound(place, {}, { ...saved!, values: { ...saved!.values, ofNextYear: 1 } });
  expect(again).toMatchObject({ values: { n: 3, engineLauncher: 'MPI', delayS: 0 }, rest: ['--nodb'] });
  expect(again.values).not.toHaveProperty('ofNextYear');
});

test("of Python's cluster only what the file says is known: it cannot be restarted", () => {
  const options = { n: 2, delay: 1, controller_args: ['--nodb', 3], controller_ip: '*', controller_location: null };
  const order = orderOfFound(place, options, undefined);
  expect(order.saved).toBeUndefined();
  expect(order.values).toMatchObject({ n: 2, delayS: 1, controllerArguments: ['--nodb'], controllerIp: '*' });
});
