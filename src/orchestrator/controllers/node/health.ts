import { rfc3339 } from '../../../base/clock.ts';
import { CORDON } from '../../../kube/kinds/nodes/words.ts';
import type { Lease, Node, Pod, Taint, Toleration } from '../../../kube/kinds/objects.data.ts';
import { tolerates } from '../../../kube/kinds/podspec/tolerations.ts';
import { type Condition, findCondition } from '../../../kube/values/condition.ts';

/** A node that has been silent for this long counts as lost (Kubernetes 1.32: `--node-monitor-grace-period`). */
export const GRACE_MS = 50_000;
/** One that has never said anything may take longer (`--node-startup-grace-period`). */
const STARTUP_GRACE_MS = 60_000;

const NOT_READY = 'node.kubernetes.io/not-ready';
const UNREACHABLE = 'node.kubernetes.io/unreachable';
const OURS: ReadonlySet<string> = new Set([NOT_READY, UNREACHABLE, CORDON.key]);

/**
 * When the node was last heard from: its Lease was renewed or its status posted, whichever is later, by the clock of the control
 * plane (`seenAt`: when that change arrived here), because the clocks of nodes may be wrong.
 */
export interface Heartbeat {
  /** Changes with every sign of life. */
  readonly mark: string;
  readonly seenAt: number;
}

export function heartbeat(
  node: Node,
  lease: Lease | undefined,
  before: Heartbeat | undefined,
  now: number,
): Heartbeat {
  const times = (node.status?.conditions ?? []).map((condition) => heartbeatTime(condition));
  const mark = `${lease?.spec?.renewTime ?? ''} ${times.join(' ')}`;
  return before?.mark === mark ? before : { mark, seenAt: now };
}

function heartbeatTime(condition: Condition): string {
  const { lastHeartbeatTime } = condition as { lastHeartbeatTime?: string };
  return lastHeartbeatTime ?? '';
}

export interface NodeDecision {
  /** Undefined: unchanged. */
  readonly conditions: readonly Condition[] | undefined;
  readonly taints: readonly Taint[] | undefined;
  /** When to check again. */
  readonly afterMs: number;
}

/** Kubernetes `pkg/controller/nodelifecycle`: a silent node's conditions become Unknown; taints follow from Ready. */
export function decideNode(node: Node, beat: Heartbeat, now: number): NodeDecision {
  const silentMs = now - beat.seenAt;
  const graceMs = findCondition(node.status?.conditions, 'Ready') ? GRACE_MS : STARTUP_GRACE_MS;
  const isLost = silentMs >= graceMs;
  const conditions = isLost ? unknownConditions(node, now) : undefined;
  const ready = findCondition(conditions ?? node.status?.conditions, 'Ready');
  return {
    conditions,
    taints: changedTaints(node, wantedTaints(node, ready), now),
    afterMs: isLost ? graceMs : Math.max(1, graceMs - silentMs),
  };
}

/** The reason of a condition that its node has never reported. */
export const NEVER_REPORTED = 'NodeStatusNeverUpdated';

const REPORTED: readonly string[] = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];

/** What a silent node says of itself is no longer known; what it never said is not known either. */
function unknownConditions(node: Node, now: number): readonly Condition[] | undefined {
  const before = node.status?.conditions ?? [];
  const missing = REPORTED.filter((type) => !findCondition(before, type));
  const isKnown = ({ type, status }: Condition) => REPORTED.includes(type) && status !== 'Unknown';
  if (missing.length === 0 && !before.some(isKnown)) return undefined;
  const unknown = { status: 'Unknown' as const, lastTransitionTime: rfc3339(now) };
  const stopped = {
    ...unknown,
    reason: 'NodeStatusUnknown',
    message: 'Kubelet stopped posting node status.',
  };
  const never = {
    ...unknown,
    reason: NEVER_REPORTED,
    message: 'Kubelet never posted node status.',
    lastHeartbeatTime: node.metadata.creationTimestamp,
  };
  return [
    ...before.map((condition) => (isKnown(condition) ? { ...condition, ...stopped } : condition)),
    ...missing.map((type) => ({ type, ...never })),
  ];
}

type TaintRow = Pick<Taint, 'key' | 'effect'>;

/**
 * Ready → taints: NoSchedule keeps new pods away, NoExecute evicts those that do not tolerate it. A node that has just been created says
 * nothing yet, and keeps the taint that it was created with.
 */
function wantedTaints(node: Node, ready: Condition | undefined): readonly TaintRow[] {
  const cordon: TaintRow[] = node.spec?.unschedulable ? [CORDON] : [];
  if (ready?.status === 'True') return cordon;
  if (!ready) return [...cordon, { key: NOT_READY, effect: 'NoSchedule' }];
  const key = ready.status === 'False' ? NOT_READY : UNREACHABLE;
  return [...cordon, { key, effect: 'NoSchedule' }, { key, effect: 'NoExecute' }];
}

function changedTaints(node: Node, wanted: readonly TaintRow[], now: number): readonly Taint[] | undefined {
  const before = node.spec?.taints ?? [];
  const same = (a: TaintRow, b: TaintRow) => a.key === b.key && a.effect === b.effect;
  const kept = before.filter((taint) => !OURS.has(taint.key) || wanted.some((row) => same(row, taint)));
  const added = wanted
    .filter((row) => !before.some((taint) => same(row, taint)))
    .map((row): Taint => ({ ...row, timeAdded: rfc3339(now) }));
  return kept.length === before.length && added.length === 0 ? undefined : [...kept, ...added];
}

/**
 * Milliseconds until the pod must leave because of the node's NoExecute taints: 0 now, undefined never
 * (Kubernetes `pkg/controller/tainteviction`). `seenAt`: since when a taint is known (ms since the epoch).
 */
export function evictionInMs(
  pod: Pod,
  taints: readonly Taint[],
  seenAt: (taint: Taint) => number,
  now: number,
): number | undefined {
  const waits = taints
    .filter(({ effect }) => effect === 'NoExecute')
    .map((taint) => toleratedForMs(pod, taint, seenAt(taint), now))
    .filter((wait) => wait !== undefined);
  return waits.length === 0 ? undefined : Math.max(0, Math.min(...waits));
}

/** Of a pod that came after the taint, the time begins when it came. */
function toleratedForMs(
  { spec, status }: Pod,
  taint: Taint,
  seenAt: number,
  now: number,
): number | undefined {
  const matching = (spec.tolerations ?? []).filter((toleration) => tolerates(toleration, taint));
  const seconds = matching.length > 0 ? secondsOf(matching) : 0;
  if (seconds === undefined) return undefined;
  const cameAt = status?.startTime === undefined ? seenAt : Date.parse(status.startTime);
  return Math.max(seenAt, cameAt) + seconds * 1000 - now;
}

/** The shortest of those that end; undefined when none does. */
function secondsOf(tolerations: readonly Toleration[]): number | undefined {
  const limits = tolerations.flatMap(({ tolerationSeconds }) =>
    tolerationSeconds === undefined ? [] : [tolerationSeconds],
  );
  return limits.length === 0 ? undefined : Math.min(...limits);
}
