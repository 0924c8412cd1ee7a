// From what the status script says to the state of each engine. Pure.
import type { EngineHandle, EngineLaunchStatus } from '../engine-launcher.ts';
import type { Said } from '../folder/parse-report.ts';
import { statusOf, uniformStatus } from '../folder/parse-report.ts';
import { hasLeft, jobNumber, parseQstat } from './parse-qstat.ts';

/** The status of every launch, by id. Engines cannot be told apart where no file system is shared: then all are as their job. */
export function pbsStatus(handles: readonly EngineHandle[], said: Said): Map<string, EngineLaunchStatus> {
  const jobs = parseQstat(linesOf(said, 'qstat').join('\n'));
  const complaint = linesOf(said, 'qstat-says').join(' ').trim();
  const numbers = new Map(linesOf(said, 'job').map((line) => line.split(' ') as [string, string]));
  const ofLaunch = (handle: EngineHandle): EngineLaunchStatus => {
    const report = said.reports.get(handle.id);
    if (report === undefined) return uniformStatus(handle, 'unknown', 'Nothing is said of it.');
    const jobId = numbers.get(handle.id);
    if (jobId === undefined) return statusOf(handle, report, false);
    const job = jobs.get(jobNumber(jobId) ?? '');
    if (job === undefined && complaint !== '' && !hasLeft.test(complaint))
      return uniformStatus(handle, 'unknown', `qstat says: ${complaint}`);
    const { state, reason } = job ?? { state: 'ended' as const, reason: 'has left the queue' };
    const byRank = statusOf(handle, report, false).engines;
    const engines = byRank.map((engine) =>
      state === 'running' && engine.state === 'ended' ? engine : { state, reason: reason && `job ${jobId} ${reason}` },
    );
    const isWell = engines.every((engine) => engine.state === 'running' || engine.state === 'queued');
    return { engines, reason: '', logTail: isWell ? '' : report.logTail };
  };
  return new Map(handles.map((handle) => [handle.id, ofLaunch(handle)]));
}

const linesOf = ({ others }: Said, word: string): string[] =>
  others.filter((line) => line === word || line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));
