import { defaultsOf } from '@muster/config';
import { expect, test } from 'vitest';
import { mpiRank, mpiSetup, usesMpi } from './mpi.ts';
import type { EngineValues } from './settings.ts';
import { engineSettings } from './settings.ts';

const values = (given: Partial<EngineValues>): EngineValues => ({ ...defaultsOf(engineSettings), ...given });

test('the rank is what the launcher says, whichever it is', () => {
  expect(mpiRank({ OMPI_COMM_WORLD_RANK: '3', SLURM_PROCID: '0' })).toBe(3);
  expect(mpiRank({ PMI_RANK: '0' })).toBe(0);
  expect(mpiRank({ PMIX_RANK: 'none', SLURM_PROCID: '2' })).toBe(2);
  expect(mpiRank({})).toBe(undefined);
});

test('code of Python is for kernels of Python; own code for any, in place of it', () => {
  expect(mpiSetup(values({}), 'python')).toBe(undefined);
  expect(mpiSetup(values({ mpi: true }), 'python')).toContain('from mpi4py import MPI');
  expect(mpiSetup(values({ mpiUse: 'pytrilinos' }), 'python')).toContain('PyTrilinos');
  expect(mpiSetup(values({ mpi: true, mpiUse: 'mpi4py' }), 'javascript')).toBe(undefined);
  expect(mpiSetup(values({ mpiUse: 'mpi4py', mpiInit: 'own()' }), 'javascript')).toBe('own()');
  expect(mpiSetup(values({ mpiUse: 'other', mpiInit: 'own()' }), 'python')).toBe('own()');
  expect(() => mpiSetup(values({ mpiUse: 'other' }), 'python')).toThrow(/how other sets MPI up is not known/);
});

test('MPI is used where anything says so', () => {
  const given = [{}, { mpi: true }, { mpiUse: 'mpi4py' }, { mpiInit: 'x' }];
  expect(given.map((one) => usesMpi(values(one)))).toEqual([false, true, true, true]);
});
