// The config files that a new profile gets, and every name that the documents of ipyparallel have, against the programs' tables.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ConfigProgram,
  configPrograms,
  defaultsOf,
  parseCommandLine,
  parseWithProfile,
  type SettingsTable,
} from '@muster/config';
import { asConfigFile } from '@muster/config/config-files';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tablesOf, templateOf } from './profile/tables.ts';

let profileDir: string;
beforeEach(() => {
  profileDir = mkdtempSync(join(tmpdir(), 'muster-config-files-'));
});
afterEach(() => rmSync(profileDir, { recursive: true }));

async function parseIn(program: ConfigProgram, text: string, table: SettingsTable, siblings: readonly SettingsTable[]) {
  writeFileSync(join(profileDir, `${program}_config.ts`), text, { mode: 0o600 });
  return parseWithProfile(table, ['--profile-dir', profileDir], {}, { program, siblings });
}

test.each(configPrograms)(
  '%s: the config file of a new profile sets nothing, and all of it gives the defaults',
  async (program) => {
    const { main, others } = await tablesOf[program]();
    const text = await templateOf(program);
    const uncommented = text.replaceAll(/^\/\/ (c[.[].*;)$/gm, '$1');
    expect(uncommented).not.toBe(text);
    for (const table of [main, ...others]) {
      const siblings = [main, ...others].filter((other) => other !== table);
      const asMade = await parseIn(program, text, table, siblings);
      expect(asMade).toMatchObject({ warnings: [], given: { profileDir: 'option' } });
      const whole = await parseIn(program, uncommented, table, siblings);
      expect(whole.warnings).toEqual([]);
      const listed = Object.keys(table).filter((key) => !table[key]!.outsideProfile && !table[key]!.unlisted);
      const defaults: Readonly<Record<string, unknown>> = defaultsOf(table);
      for (const key of listed) expect(whole.values[key], key).toEqual(defaults[key]);
      expect(whole.given).toMatchObject(Object.fromEntries(listed.map((key) => [key, 'file'])));
    }
  },
);

const hosts = { 'host1.example.com': 2, 'host3.example.com': [1, ['--profile-dir=/home/p']] };

/** As the documents have them, and what the program then has. */
type Row = readonly [ConfigProgram, name: string, value: unknown, meant?: unknown];
const rows: readonly Row[] = [
  ['ipcontroller', 'HubFactory.ip', '*'],
  ['ipcontroller', 'IPController.ip', '192.168.1.16'],
  ['ipcontroller', 'HubFactory.location', '10.0.1.5'],
  ['ipcontroller', 'HubFactory.ssh_server', 'login.mycluster.net'],
  ['ipcontroller', 'HubFactory.db_class', 'NoDB'],
  ['ipcontroller', 'HubFactory.db_class', 'IPython.parallel.controller.mongodb.MongoDB', 'MongoDB'],
  ['ipcontroller', 'HubFactory.db_class', 'IPython.parallel.controller.sqlitedb.SQLiteDB', 'SQLiteDB'],
  ['ipcontroller', 'IPController.db_class', 'ipyparallel.controller.dictdb.DictDB', 'DictDB'],
  ['ipcontroller', 'IPControllerApp.reuse_files', true],
  ['ipcontroller', 'MongoDB.database', 'tasks'],
  ['ipcontroller', 'MongoDB.connection_args', ['mongo.example.com', 27_018]],
  ['ipcontroller', 'MongoDB.connection_kwargs', { username: 'me' }],
  ['ipcontroller', 'SQLiteDB.table', 'tasks'],
  ['ipcontroller', 'HeartMonitor.period', 200],
  ['ipcontroller', 'TaskScheduler.hwm', 0],
  ['ipengine', 'IPEngine.startup_command', 'x'],
  ['ipengine', 'IPEngineApp.startup_command', 'x'],
  ['ipengine', 'IPEngineApp.startup_script', '/s.py'],
  ['ipengine', 'IPEngineApp.work_dir', '/w'],
  ['ipengine', 'EngineFactory.timeout', 10],
  ['ipengine', 'MPI.use', 'mpi4py'],
  ['ipengine', 'MPI.init_script', '/i.py'],
  ['ipcluster', 'IPClusterEngines.n', 64],
  ['ipcluster', 'IPClusterStart.n', 64],
  ['ipcluster', 'IPClusterEngines.engine_launcher_class', 'SSH'],
  ['ipcluster', 'IPClusterEngines.engine_launcher_class', 'SSHEngineSetLauncher'],
  ['ipcluster', 'IPClusterEngines.engine_launcher_class', 'IPython.parallel.apps.launcher.SSHEngineSetLauncher'],
  ['ipcluster', 'Cluster.engine_launcher_class', 'mpi'],
  ['ipcluster', 'IPClusterStart.controller_launcher_class', 'MPIControllerLauncher'],
  ['ipcluster', 'IPClusterStart.controller_launcher_class', 'PBSControllerLauncher'],
  ['ipcluster', 'PBSEngineSetLauncher.batch_template_file', 'pbs.engine.template'],
  ['ipcluster', 'PBSControllerLauncher.batch_template_file', 'pbs.controller.template'],
  ['ipcluster', 'PBSLauncher.queue', 'veryshort.q'],
  ['ipcluster', 'SSHControllerLauncher.hostname', 'controller.host.com'],
  ['ipcluster', 'SSHControllerLauncher.user', 'me'],
  ['ipcluster', 'SSHControllerLauncher.controller_args', ['--reuse']],
  ['ipcluster', 'SSHEngineSetLauncher.engines', hosts],
  ['ipcluster', 'SSHEngineSetLauncher.engine_args', ['--profile-dir=/home/p']],
  ['ipcluster', 'SSHLauncher.to_send', []],
  ['ipcluster', 'SSHLauncher.to_fetch', [['/remote/a', '/local/a']]],
];

for (const [program, name, value, meant = value] of rows)
  test(`${program}: c.${name} = ${JSON.stringify(value)} holds, in the file and on the command line`, async () => {
    const { main } = await tablesOf[program]();
    const file = asConfigFile({ path: 'config', text: '', isOfProfile: true, settings: [{ name, value }] });
    const written = typeof value === 'string' ? value : JSON.stringify(value);
    for (const line of [
      parseCommandLine(main, [], {}, { program, files: [file] }),
      parseCommandLine(main, [`--${name}=${written}`], {}),
    ]) {
      const keys = Object.keys(line.given);
      expect(keys.length).toBeGreaterThan(0);
      for (const key of keys) expect(line.values[key]).toEqual(meant);
      expect(line.warnings).toEqual([]);
    }
  });

test.each([
  ['IPClusterEngines.engine_set_launcher', 'engine_launcher_class'],
  ['IPClusterStart.controller_launcher', 'controller_launcher_class'],
])('c.%s, of before 0.12, works with a warning that names %s', async (name, trait) => {
  const { main } = await tablesOf.ipcluster();
  const value = 'IPython.parallel.apps.launcher.PBSEngineSetLauncher';
  const file = asConfigFile({ path: '/p/config.ts', text: '', settings: [{ name, value, line: 3 }] });
  const { warnings, given, values } = parseCommandLine(main, [], {}, { program: 'ipcluster', files: [file] });
  expect(Object.keys(given).map((key) => values[key])).toEqual([value]);
  expect(warnings).toEqual([expect.stringMatching(`^/p/config.ts:3: ${name} is an old name: say \\w+\\.${trait}\\.$`)]);
});

test('a file of one program does not mind the settings of the others', async () => {
  for (const program of configPrograms) {
    const { main, others } = await tablesOf[program]();
    const settings = rows.map(([, name, value]) => ({ name, value }));
    const file = asConfigFile({ path: 'config', text: '', settings });
    expect(parseCommandLine(main, [], {}, { program, siblings: others, files: [file] }).warnings).toEqual([]);
  }
});
