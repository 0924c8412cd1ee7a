// What a pod's status says about its engine, for people. Pure.
import type { ContainerState, Pod } from '@muster/kube';
import type { EngineLaunchStatus, EngineState } from '../engine-launcher.ts';

const longestReason = 500;
const longestTail = 2000;

/** What to do when a container cannot be started, by Kubernetes' own word for it. */
const waitingRemedies: Record<string, string> = {
  ErrImagePull: 'check spec.engine.image, and that the nodes may fetch it',
  ImagePullBackOff: 'check spec.engine.image, and that the nodes may fetch it',
  ErrImageNeverPull: 'the image is not on the node: load it there, or allow it to be fetched by imagePullPolicy',
  InvalidImageName: 'correct spec.engine.image',
  ImageInspectError: 'check the image',
  CreateContainerConfigError: 'check the connection Secret, and that the image is for a user other than root',
  CreateContainerError: 'check command, workDir and image of spec.engine',
  RunContainerError: 'check command, workDir and image of spec.engine',
  StartError: 'check command, workDir and image of spec.engine',
  ContainerCannotRun: 'check command, workDir and image of spec.engine',
  CrashLoopBackOff: 'read its log',
};

const endedRemedies: Record<string, string> = {
  OOMKilled: 'it used more memory than it may: raise spec.engine.resources.limits.memory',
  StartError: waitingRemedies.StartError!,
  ContainerCannotRun: waitingRemedies.ContainerCannotRun!,
  Evicted: 'its node ran out of something: give it requests in spec.engine.resources',
  DeadlineExceeded: 'it ran longer than it may',
};

const shorten = (text: string): string => (text.length > longestReason ? `${text.slice(0, longestReason)}…` : text);

/** `ErrImagePull: message (what to do)` */
function explain(reason: string, message: string | undefined, remedies: Record<string, string>): string {
  const told = message ? `${reason}: ${shorten(message.trim())}` : reason;
  return remedies[reason] ? `${told} (${remedies[reason]})` : told;
}

const status = (state: EngineState, reason = '', launchReason = '', logTail = ''): EngineLaunchStatus => ({
  engines: [{ state, reason }],
  reason: launchReason,
  logTail,
});

function waitingStatus({ waiting }: ContainerState): EngineLaunchStatus | undefined {
  const reason = waiting?.reason ?? '';
  if (waitingRemedies[reason] === undefined) return undefined;
  const told = explain(reason, waiting?.message, waitingRemedies);
  return status('starting', told, told);
}

function pendingStatus({ status: now }: Pod, container: ContainerState): EngineLaunchStatus {
  const scheduled = now?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status === 'False') {
    const told = explain(scheduled.reason ?? 'Unschedulable', scheduled.message, {
      Unschedulable: 'free or add nodes, or ask for less in spec.engine.resources',
    });
    return status('queued', told, told);
  }
  return waitingStatus(container) ?? status(scheduled === undefined ? 'queued' : 'starting', container.waiting?.reason);
}

/** OOMKilled, Error, … as the kernel's status or signal. */
function endedStatus({ status: now }: Pod, { terminated }: ContainerState): EngineLaunchStatus {
  const why = now?.reason ?? terminated?.reason ?? '';
  const tail = (terminated?.message ?? '').slice(-longestTail);
  if (endedRemedies[why] !== undefined || now?.reason !== undefined)
    return status('ended', explain(why, now?.message, endedRemedies), '', tail);
  if (terminated === undefined) return status('ended', 'the pod ended, and its container never ran');
  const how = terminated.signal ? `signal ${terminated.signal}` : `status ${terminated.exitCode}`;
  return status('ended', how, '', terminated.exitCode === 0 ? '' : tail);
}

/** `pod`: as Kubernetes has it now; undefined when it has none. */
export function podStatus(pod: Pod | undefined): EngineLaunchStatus {
  if (pod === undefined) return status('absent');
  const container = pod.status?.containerStatuses?.[0]?.state ?? {};
  const phase = pod.status?.phase;
  if (phase === 'Failed' || phase === 'Succeeded') return endedStatus(pod, container);
  if (pod.metadata.deletionTimestamp !== undefined) return status('ended', 'its pod is being deleted');
  if (phase === 'Unknown') return status('unknown', 'its node does not answer', 'The node of the pod does not answer.');
  if (container.terminated) return endedStatus(pod, container);
  if (phase === 'Running' && container.waiting === undefined) return status('running');
  return pendingStatus(pod, container);
}
