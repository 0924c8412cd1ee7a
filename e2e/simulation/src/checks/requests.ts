// Direct, control and broadcast requests, and questions to the hub.
import type { RequestTruth, Truth } from '../truth.ts';

export function judgeRequests(truth: Truth): string[] {
  return [
    ...[...truth.requests.values()].flatMap(judgeRequest),
    ...[...truth.queries].flatMap(([msgId, { msgType, client, answers }]) =>
      judgeCount(`${msgType} ${msgId}`, answers.length, client.gone),
    ),
  ];
}

/** Answered once; or not at all, when the client was told that the engine is gone (§4.3). */
const judgeRequest = ({ what, msgId, answers, client, failed }: RequestTruth): string[] =>
  judgeCount(`${what} ${msgId}`, answers.length, client.gone || failed);

function judgeCount(name: string, count: number, mayBeMissing: boolean): string[] {
  if (count > 1) return [`${name}: answered ${count} times`];
  return count === 0 && !mayBeMissing ? [`${name}: never answered`] : [];
}
