// A server that speaks MongoDB's wire, from Maven: no registry of packages has MongoDB's own.
import { readFileSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { runProgram } from '@muster/testkit';
import { ensureDebianPackages } from './debian.ts';
import { mustRun } from './must-run.ts';
import type { Part } from './part.ts';

/** The program: `mongo-wire [PORT [FILE [HOST]]]`. It says `listening on HOST:PORT` (127.0.0.1) and ends by a signal. */
export const mongoWireIn = (folder: string): string => join(folder, 'mongo-wire');

const source = (name: string): string => join(import.meta.dirname, '../mongo-wire', name);
const copyJars = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies';

// A small, quick Java: these servers live for seconds.
const start = (folder: string): string => `#!/bin/sh
exec java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto -Xmx1g -cp '${folder}:${folder}/jars/*' MongoWire "$@"
`;

const runs = async (argv: readonly string[]): Promise<boolean> =>
  (await runProgram(argv, { timeoutMs: 60_000 }).catch(() => undefined))?.code === 0;

export const mongoWire: Part = {
  title: 'mongo-java-server 1.47.0',
  folderName: 'mongo-wire-1.47.0',
  recipe: [
    ...['pom.xml', 'MongoWire.java'].map((name) => readFileSync(source(name), 'utf8')),
    copyJars,
    start(''),
  ].join(),
  async build(folder, progress) {
    if (!(await runs(['javac', '-version'])) || !(await runs(['mvn', '--version'])))
      await ensureDebianPackages(['default-jdk-headless', 'maven'], progress);
    await mkdir(folder);
    const jars = join(folder, 'jars');
    progress('jars by Maven');
    const quiet = ['--batch-mode', '--quiet', '--file', source('pom.xml')];
    await mustRun(['mvn', ...quiet, copyJars, `-DoutputDirectory=${jars}`, '-DincludeScope=runtime'], { cwd: folder });
    progress('compiling');
    await mustRun(['javac', '-cp', join(jars, '*'), '-d', folder, source('MongoWire.java')]);
    await writeFile(mongoWireIn(folder), start(folder));
    await chmod(mongoWireIn(folder), 0o755);
  },
  async fault(folder) {
    const classPath = [folder, join(folder, 'jars/*')].join(delimiter);
    const listed = await runProgram(['javap', '-cp', classPath, 'MongoWire']).catch((error: Error) => error);
    if (listed instanceof Error) return listed.message;
    return listed.code === 0 ? undefined : listed.output.trim().split('\n').at(-1);
  },
};
