// Direct, control and broadcast requests, and questions to the hub.
import type { QueryTruth, RequestTruth, Truth } from '../truth.ts';

export function judgeRequests(truth: Truth): string[] {
  return [
    ...[...truth.requests.values()].flatMap(judgeRequest),
    ...[...truth.queries].flatMap(([msgId, query]) => judgeQuery(msgId, query)),
  ];
}

/** Answered once; or not at all, when the client was told that the engine is gone (§4.3). */
const judgeRequest = ({ what, msgId, answers, client, failed }: RequestTruth): string[] =>
  judgeCount(`${what} ${msgId}`, answers.length, client.gone || failed);

function judgeQuery(msgId: string, { msgType, client, ended, answers }: QueryTruth): string[] {
  const name = `${msgType} ${msgId}`;
  const pending = answers.flatMap((answer) => (Array.isArray(answer.pending) ? answer.pending : []));
  const late = ended
    .filter((id) => pending.includes(id))
    .map((id) => `${name}: says that ${id} is pending, which was answered`);
  return [...judgeCount(name, answers.length, client.gone), ...late];
}

function judgeCount(name: string, count: number, mayBeMissing: boolean): string[] {
  if (count > 1) return [`${name}: answered ${count} times`];
  return count === 0 && !mayBeMissing ? [`${name}: never answered`] : [];
}
