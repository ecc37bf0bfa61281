import type { Job, Pod } from '../../../kube/kinds/objects.data.ts';
import { JOBS, PODS } from '../../../kube/kinds/resources.data.ts';
import { isOfKind, type KubeObject, type ObjectRef } from '../../../kube/values/types.ts';
import type { HookMarks } from '../../../render/manifests/hooks.ts';

type Type = Pick<ObjectRef, 'apiVersion' | 'kind'>;

/** Whether an object is a piece of work that ends by itself. */
export const isWork = (type: Type): boolean => isOfKind(type, JOBS) || isOfKind(type, PODS);

/** How a Job or a Pod ended; undefined while it runs. */
export function endOf(object: KubeObject): 'succeeded' | 'failed' | undefined {
  if (isOfKind(object, PODS)) {
    const phase = (object as Pod).status?.phase;
    return phase === 'Succeeded' ? 'succeeded' : phase === 'Failed' ? 'failed' : undefined;
  }
  const has = (type: string): boolean =>
    (object as Job).status?.conditions?.some((one) => one.type === type && one.status === 'True') ?? false;
  return has('Complete') ? 'succeeded' : has('Failed') ? 'failed' : undefined;
}

/** Whether a hook's end is waited for. Helm waits for Jobs and Pods alone (`pkg/kube/wait.go`), Argo CD for the health of anything. */
export const isWaitedFor = (type: Type, { tool }: Pick<HookMarks, 'tool'>): boolean =>
  tool === 'argo' || isWork(type);

/** As long as Helm waits without `--timeout`. */
export const DEFAULT_DEADLINE_S = 300;
/** The cluster ends a hook a little later than it is given up, so that its log can be read meanwhile. */
const GRACE_S = 15;

const secondsIn = ({ spec }: KubeObject): number | undefined =>
  (spec as { activeDeadlineSeconds?: number } | undefined)?.activeDeadlineSeconds;

/** An object that goes by itself as soon as it has ended takes along how it ended. So long it stays, should nobody be here to look. */
const MIN_TTL_S = 3600;

/** With a deadline that the cluster keeps, and there long enough for its end to be seen, should nobody be here to look. */
export function withDeadline(object: KubeObject): KubeObject {
  if (!isWork(object)) return object;
  const ttl = (object.spec as { ttlSecondsAfterFinished?: number } | undefined)?.ttlSecondsAfterFinished;
  const deadline =
    secondsIn(object) === undefined ? { activeDeadlineSeconds: DEFAULT_DEADLINE_S + GRACE_S } : {};
  const stays = ttl !== undefined && ttl < MIN_TTL_S ? { ttlSecondsAfterFinished: MIN_TTL_S } : {};
  return { ...object, spec: { ...(object.spec as object), ...deadline, ...stays } };
}

/** Longer nothing is waited for, whatever deadline a Job has: a hung one would hold back every correction. */
const MAX_DEADLINE_S = 86_400;

/** How long a hook may take, in milliseconds, by the object that was made. One with a deadline of its own is ended by the cluster, and then by us. */
export function deadlineMs(object: KubeObject | undefined): number {
  const seconds = object && secondsIn(object);
  if (seconds === undefined || seconds === DEFAULT_DEADLINE_S + GRACE_S) return DEFAULT_DEADLINE_S * 1000;
  return Math.min(seconds + GRACE_S, MAX_DEADLINE_S) * 1000;
}
