import type { Pod } from '../../../kube/kinds/objects.data.ts';
import { StreamError } from '../../link/failure.ts';
import type { PodKey } from '../../link/requests.ts';
import type { PodRuntime } from '../runtime/runtime.ts';
import type { ContainerRef } from '../runtime/spec.ts';

/** The pod of this uid as this node knows it; undefined: it is not on this node. */
export type PodLookup = (uid: string) => Pod | undefined;

export function podOnNode({ uid, name }: PodKey, podOf: PodLookup): Pod {
  const pod = podOf(uid);
  if (!pod) throw new StreamError('NotFound', `pod "${name}" is not on this node`);
  return pod;
}

/** Whether a container of the pod says that it serves TCP at this port. */
export const declares = ({ spec: { containers, initContainers = [] } }: Pod, wanted: number): boolean =>
  [...containers, ...initContainers].some(({ ports = [] }) =>
    ports.some(
      ({ protocol = 'TCP', containerPort, hostPort }) =>
        protocol === 'TCP' && (containerPort === wanted || hostPort === wanted),
    ),
  );

export interface ContainerRequest {
  readonly pod: PodKey;
  readonly container: string;
  readonly previous?: boolean;
}

/** The words are the kubelet's (`kubelet_pods.go` validateContainerLogStatus). */
export async function attemptFor(
  { pod: key, container, previous = false }: ContainerRequest,
  podOf: PodLookup,
  runtime: Pick<PodRuntime, 'attempts'>,
): Promise<ContainerRef> {
  const pod = podOnNode(key, podOf);
  const { containers, initContainers = [], ephemeralContainers = [] } = pod.spec;
  if (![...initContainers, ...containers, ...ephemeralContainers].some((one) => one.name === container))
    throw new StreamError('BadRequest', `container ${container} is not valid for pod ${key.name}`);
  const attempts = (await runtime.attempts(key.uid)).filter((one) => one.ref.container === container);
  const attempt = previous ? attempts.at(-2) : attempts.at(-1);
  if (attempt) return attempt.ref;
  throw new StreamError(
    'BadRequest',
    previous
      ? `previous terminated container "${container}" in pod "${key.name}" not found`
      : `container "${container}" in pod "${key.name}" is waiting to start: ${waitingOf(pod, container)}`,
  );
}

function waitingOf({ status }: Pod, container: string): string {
  const {
    containerStatuses = [],
    initContainerStatuses = [],
    ephemeralContainerStatuses = [],
  } = status ?? {};
  const all = [...initContainerStatuses, ...containerStatuses, ...ephemeralContainerStatuses];
  const waiting = all.find((one) => one.name === container)?.state?.waiting;
  return waiting?.message ?? waiting?.reason ?? 'ContainerCreating';
}
