// The store on file systems that cannot do what it needs: real ones, mounted in a namespace of their own, which needs root; those
// of FUSE also /dev/fuse and FUSE_PYTHON, a Python with fusepy.
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { missingPart, runProgram, temporaryFolder } from '@muster/testkit';
import { describe, expect, test } from 'vitest';
import type { Session } from '../testing/sqlite-session.ts';

const python = process.env.FUSE_PYTHON ?? '';
const isRoot = process.getuid?.() === 0;
const canMount = isRoot && (await runProgram(['unshare', '--mount', 'true']).catch(() => undefined))?.code === 0;
const whyNoMount = canMount ? '' : ` (${missingPart('root and namespaces', 'sudo E2E_PROVISION=1 npm test -- unit')})`;
const hasFuse = canMount && existsSync(python) && existsSync('/dev/fuse');
const whyNoFuse = hasFuse
  ? ''
  : ` (${missingPart('root, /dev/fuse and fusepy', 'sudo E2E_PROVISION=1 npm test -- unit')})`;

const program = join(import.meta.dirname, '../testing/sqlite-session.ts');
const fuse = join(import.meta.dirname, '../../fixtures/fuse_through.py');

/**
 * Runs a session in a namespace where `mount`, lines of a shell script, has prepared the folder $1. All that is mounted
 * there ends with it.
 */
async function session(mount: string, what: 'use' | 'fill' = 'use', before = ''): Promise<Session & { took: number }> {
  await using folder = await temporaryFolder('sqlite-mount');
  const point = join(folder.path, 'point');
  mkdirSync(point);
  mkdirSync(join(folder.path, 'back'));
  const script = `set -e\n${mount}\nset +e\n${before} "$2" "$3" "$1/tasks.db" ${what}\n[ -z "$fuse" ] || kill "$fuse"; wait`;
  const begin = performance.now();
  const argv = ['unshare', '--mount', 'sh', '-c', script, 'sh', point, process.execPath, program, python, fuse];
  const run = await runProgram(argv, { timeoutMs: 60_000 });
  const line = run.stdout.split('\n').find((text) => text.startsWith('{'));
  if (line === undefined) throw new Error(`no session: ${run.output}`);
  return { ...JSON.parse(line), took: performance.now() - begin };
}

/** The mount is there when it answers. */
const mountFuse = (locks: string, maps: 'yes' | 'no'): string => `
  "$4" "$5" "$1/../back" "$1" ${locks} ${maps} & fuse=$!
  for i in $(seq 300); do mountpoint -q "$1" && break; sleep 0.1; done; mountpoint -q "$1"`;
const tmpfs = (size: string): string => `mount -t tmpfs -o size=${size} none "$1"`;

const hasRemedy = (remedy: RegExp, message: RegExp) => ({
  refused: { message: expect.stringMatching(message), remedy: expect.stringMatching(remedy) },
  notes: [],
  troubles: [],
});

describe.skipIf(!hasFuse)(`on FUSE${whyNoFuse}`, { timeout: 90_000 }, () => {
  test.each(['ENOLCK', 'ENOSYS'])(
    'a file system whose locks fail with %s is refused, with another place',
    async (locks) => {
      const refused = hasRemedy(
        /--SQLiteDB\.location=FOLDER.*--mongodb/,
        /cannot be locked there \(.*point, fuse\): the file system/,
      );
      expect(await session(mountFuse(locks, 'yes'))).toMatchObject(refused);
    },
  );

  test.each(['yes', 'no'] as const)(
    'where locks work and it may be shared, there is no log (maps: %s)',
    async (maps) => {
      expect(await session(mountFuse('kernel', maps))).toMatchObject({
        history: ['id1'],
        hasWal: false,
        notes: [expect.stringMatching(/without a write-ahead log: other machines may use the same file \(fuse\)/)],
      });
    },
  );

  test('a database that had a log elsewhere is used there without one', async () => {
    const here = `"$2" "$3" "$1/../back/tasks.db" use >&2\n${mountFuse('kernel', 'no')}`;
    expect(await session(here)).toMatchObject({ history: ['id1'], hasWal: false });
  });
});

describe.skipIf(!canMount)(`on other mounts${whyNoMount}`, { timeout: 90_000 }, () => {
  test('a full disk: refused at the start with a remedy', async () => {
    const full = `${tmpfs('64k')}\nhead -c 65536 /dev/zero > "$1/ballast"`;
    expect(await session(full)).toMatchObject(hasRemedy(/Make room/, /disk is full|ENOSPC/));
  });

  test('a disk that fills while running: writes are delayed, questions refused in time, and all is stored when there is room', async () => {
    const found = await session(`${tmpfs('6m')}\nhead -c 3000000 /dev/zero > "$1/ballast"`, 'fill');
    expect(found).toMatchObject({
      whileFull: expect.stringMatching(/does not answer: database or disk is full/),
      lost: 0,
      troubles: [expect.stringMatching(/^writes are delayed: .*full/), expect.stringMatching(/^writes go on/)],
    });
  });

  test('a file system that is read-only is refused', async () => {
    const readOnly = `${tmpfs('1m')}\nmount -o remount,ro "$1"`;
    expect(await session(readOnly)).toMatchObject(hasRemedy(/read-only.*--SQLiteDB\.location/, /EROFS/));
  });

  test('a folder that may not be written is refused', async () => {
    const closed = `${tmpfs('1m')}\nchmod 500 "$1"`;
    const without = 'setpriv --bounding-set=-dac_override,-dac_read_search';
    expect(await session(closed, 'use', without)).toMatchObject(hasRemedy(/right to write/, /EACCES/));
  });
});
