import type { LinkRequest } from '../../link.ts';
import type { Pods } from '../pod/pods.ts';
import type { PodRuntime } from '../runtime/runtime.ts';
import type { Answer } from './client.ts';

export interface AnswerSources {
  readonly pods: Pods;
  readonly runtime: PodRuntime;
}

const failure = (reason: 'NotFound' | 'BadRequest', message: string): Answer => ({
  type: 'failure',
  failure: { reason, message },
});

/** What this node says to a request of the API. The words are the kubelet's (`kubelet_pods.go` validateContainerLogStatus). */
export async function answer(
  { pods, runtime }: AnswerSources,
  request: LinkRequest,
  signal: AbortSignal,
): Promise<Answer> {
  const { pod, container, previous } = request;
  const worker = pods.find(pod.uid);
  if (!worker) return failure('NotFound', `pod "${pod.name}" is not on this node`);
  const { containers, initContainers = [] } = worker.record.pod.spec;
  if (![...initContainers, ...containers].some((one) => one.name === container)) {
    return failure('BadRequest', `container ${container} is not valid for pod ${pod.name}`);
  }
  const attempts = (await runtime.attempts(pod.uid)).filter((one) => one.ref.container === container);
  const attempt = previous ? attempts.at(-2) : attempts.at(-1);
  if (attempt) return { type: 'stream', bytes: runtime.logs(attempt.ref, request, signal) };
  if (previous) {
    return failure(
      'BadRequest',
      `previous terminated container "${container}" in pod "${pod.name}" not found`,
    );
  }
  const { containerStatuses = [], initContainerStatuses = [] } = worker.record.pod.status ?? {};
  const waiting = [...initContainerStatuses, ...containerStatuses].find((one) => one.name === container)
    ?.state?.waiting;
  return failure(
    'BadRequest',
    `container "${container}" in pod "${pod.name}" is waiting to start: ${waiting?.message ?? waiting?.reason ?? 'ContainerCreating'}`,
  );
}
