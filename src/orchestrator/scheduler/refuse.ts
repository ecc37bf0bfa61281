import type { Clock } from '../../base/clock.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import type { Pod } from '../../kube/kinds/objects.data.ts';
import { DEFAULT_SCHEDULER } from '../../kube/kinds/podspec/schedulers.ts';
import { PODS } from '../../kube/kinds/resources.data.ts';
import { findCondition, type NewCondition, transition } from '../../kube/values/condition.ts';
import { notFoundAsUndefined } from '../../kube/values/status.ts';
import type { JsonObject } from '../../kube/values/types.ts';
import type { RecordPodEvent } from './podevents.ts';
import type { PodInfo } from './podinfo.ts';

export interface RefuseOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly record: RecordPodEvent;
  /** The pod as it is now; undefined: it is gone, or is another one. */
  readonly latest: (pod: PodInfo) => Pod | undefined;
}

export interface Refused {
  readonly reason: 'Unschedulable' | 'SchedulerError';
  readonly message: string;
  /** The node that it is promised; none: nothing is promised any more; absent: as before. */
  readonly nominated?: string | 'none';
}

/** Says at a pod why it waits, and what it is promised. */
export async function refuse(
  { client, clock, record, latest }: RefuseOptions,
  pod: PodInfo,
  { reason, message, nominated }: Refused,
): Promise<void> {
  const now = latest(pod);
  if (!now) return;
  const before = now.status?.conditions ?? [];
  const current = findCondition(before, 'PodScheduled');
  const isSaid = current?.status === 'False' && current.message === message;
  const promised = now.status?.nominatedNodeName ?? 'none';
  const isPromised = nominated === undefined || nominated === promised;
  if (isSaid && isPromised) return;
  if (!isSaid) record(now, 'Warning', 'FailedScheduling', message);
  const condition: NewCondition = { type: 'PodScheduled', status: 'False', reason, message };
  await patchStatus(client, now, {
    conditions: [{ ...transition(condition, before, clock.now()) }],
    ...(isPromised ? {} : { nominatedNodeName: nominated === 'none' ? null : nominated }),
  });
}

/** Another one of a higher priority has been promised the node. */
export async function withdraw({ client, latest }: RefuseOptions, pod: PodInfo): Promise<void> {
  const now = latest(pod);
  if (now?.status?.nominatedNodeName) await patchStatus(client, now, { nominatedNodeName: null });
}

/** Kubernetes `framework/preemption/preemption.go` PreemptPod: says why, then deletes, with the time that the pod has for its end. */
export async function evict(
  { client, clock, record, latest }: RefuseOptions,
  victim: PodInfo,
  { pod: preemptor, uid }: PodInfo,
  node: string,
): Promise<void> {
  const now = latest(victim);
  if (!now || now.metadata.deletionTimestamp !== undefined) return;
  const condition: NewCondition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: PREEMPTED,
    message: `${preemptor.spec.schedulerName ?? DEFAULT_SCHEDULER}: preempting to accommodate a higher priority pod`,
  };
  const said = transition(condition, now.status?.conditions ?? [], clock.now());
  await patchStatus(client, now, { conditions: [{ ...said }] });
  const { namespace = '', name = '' } = now.metadata;
  await client
    .delete(PODS, { namespace, name }, { preconditions: { uid: victim.uid } })
    .catch(notFoundAsUndefined);
  record(now, 'Normal', 'Preempted', `Preempted by pod ${uid} on node ${node}`);
}

const PREEMPTED = 'PreemptionByScheduler';

export const isPreempted = ({ pod }: PodInfo): boolean =>
  pod.metadata.deletionTimestamp !== undefined &&
  findCondition(pod.status?.conditions, 'DisruptionTarget')?.reason === PREEMPTED;

/** Conditions by their types: what others have said meanwhile stays. */
async function patchStatus(
  client: KubeClient,
  { metadata: { namespace = '', name = '' } }: Pod,
  status: JsonObject,
): Promise<void> {
  await client
    .patch(
      PODS,
      { namespace, name },
      { type: 'strategic', body: { status } },
      { subresource: 'status', fieldManager: DEFAULT_SCHEDULER },
    )
    .catch(notFoundAsUndefined);
}
