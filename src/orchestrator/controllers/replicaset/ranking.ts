import type { Pod } from '../../../kube/kinds/objects.data.ts';
import { isActive, isReady, readySince } from '../pods.ts';

/**
 * Which replicas are deleted first when there are too many. The criteria apply in order; the first difference decides
 * (Kubernetes `pkg/controller/controller_utils.go` ActivePodsWithRanks).
 */
interface Candidate {
  readonly pod: Pod;
  /** Active pods of the same owner's replica sets on the same node: the more, the sooner one goes. */
  readonly neighbours: number;
}
type Criterion = (a: Candidate, b: Candidate, now: number) => number;

const PHASES: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };
const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';

const CRITERIA: readonly Criterion[] = [
  // Without a node before with one.
  (a, b) => Number(Boolean(a.pod.spec.nodeName)) - Number(Boolean(b.pod.spec.nodeName)),
  (a, b) => phaseOf(a.pod) - phaseOf(b.pod),
  // Not ready before ready.
  (a, b) => Number(isReady(a.pod)) - Number(isReady(b.pod)),
  (a, b) => deletionCost(a.pod) - deletionCost(b.pod),
  // Sharing a node with siblings before alone on it.
  (a, b) => b.neighbours - a.neighbours,
  // Ready for a short time before ready for long, in powers of two, so that small differences in age do not decide (KEP-2185).
  (a, b, now) => byAge(readySince(a.pod), readySince(b.pod), a.pod, b.pod, now),
  (a, b) => restarts(b.pod) - restarts(a.pod),
  (a, b, now) => byAge(createdAt(a.pod), createdAt(b.pod), a.pod, b.pod, now),
];

/** The `count` of `pods` (all active, of one replica set) that should be deleted. */
export function podsToDelete(
  pods: readonly Pod[],
  related: readonly Pod[],
  count: number,
  now: number,
): readonly Pod[] {
  if (count >= pods.length) return pods;
  const perNode = new Map<string, number>();
  for (const pod of related) {
    if (!isActive(pod)) continue;
    const node = pod.spec.nodeName ?? '';
    perNode.set(node, (perNode.get(node) ?? 0) + 1);
  }
  return pods
    .map((pod): Candidate => ({ pod, neighbours: perNode.get(pod.spec.nodeName ?? '') ?? 0 }))
    .sort((a, b) => compare(a, b, now))
    .slice(0, count)
    .map(({ pod }) => pod);
}

function compare(a: Candidate, b: Candidate, now: number): number {
  for (const criterion of CRITERIA) {
    const order = criterion(a, b, now);
    if (order !== 0) return order;
  }
  return 0;
}

function phaseOf(pod: Pod): number {
  return PHASES[pod.status?.phase ?? 'Pending'] ?? 0;
}

function deletionCost(pod: Pod): number {
  const text = pod.metadata.annotations?.[DELETION_COST];
  return text !== undefined && /^(0|-?[1-9][0-9]*)$/.test(text) ? Number(text) : 0;
}

function restarts(pod: Pod): number {
  return Math.max(0, ...(pod.status?.containerStatuses ?? []).map((status) => status.restartCount));
}

function createdAt(pod: Pod): number | undefined {
  const time = pod.metadata.creationTimestamp;
  return time ? Date.parse(time) : undefined;
}

function byAge(a: number | undefined, b: number | undefined, one: Pod, other: Pod, now: number): number {
  if (a === b) return 0;
  if (a === undefined || b === undefined) return a === undefined ? -1 : 1;
  const order = magnitude(now - a) - magnitude(now - b);
  if (order !== 0) return order;
  return (one.metadata.uid ?? '') < (other.metadata.uid ?? '') ? -1 : 1;
}

function magnitude(ageMs: number): number {
  return ageMs > 0 ? Math.floor(Math.log2(ageMs * 1e6)) : -1;
}
