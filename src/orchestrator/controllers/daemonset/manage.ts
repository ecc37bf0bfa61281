import type { Pod } from '../../../kube/kinds/objects.data.ts';
import { isFinished } from '../../../kube/kinds/podspec/phase.ts';
import { POD_REVISION } from '../history/revisions.ts';
import { isLeaving, isReady } from '../pods.ts';
import { isAvailable, keptFirst, limitsOf, type NodeOfSet, type Spread } from './nodes.ts';

export type PodAction =
  | { readonly type: 'create'; readonly node: string }
  /** `because`: it has ended, which people should know. */
  | {
      readonly type: 'delete';
      readonly pod: Pod;
      readonly node: string;
      readonly because?: 'Failed' | 'Succeeded';
    };

export interface Managed {
  readonly actions: readonly PodAction[];
  /** Until a failed pod may be replaced that is kept for now. */
  readonly waits: readonly number[];
}

/**
 * One pod for each node that should have one (Kubernetes `daemon_controller.go` manage). `backOffMs`: how long a failed pod of a node
 * stays yet, so that a set does not fight a node that refuses its pods.
 */
export function manage(spread: Spread, backOffMs: (node: string) => number): Managed {
  const managed = spread.nodes.map((node) => manageNode(spread, node, backOffMs));
  return {
    actions: [...managed.flatMap(({ actions }) => actions), ...stranded(spread)],
    waits: managed.flatMap(({ waits }) => waits),
  };
}

function manageNode(
  spread: Spread,
  { name, runs, stays }: NodeOfSet,
  backOffMs: (node: string) => number,
): Managed {
  const pods = spread.podsByNode.get(name);
  if (!pods) return { actions: runs ? [{ type: 'create', node: name }] : [], waits: [] };
  const there = pods.filter((pod) => !isLeaving(pod));
  if (!stays) return { actions: there.map((pod) => ({ type: 'delete', pod, node: name })), waits: [] };
  const ended = there.map((pod) => replaced(pod, name, backOffMs));
  const running = there.filter((pod) => !isFinished(pod));
  const actions = [...ended.flatMap((one) => one.actions), ...excess(spread, name, running, runs)];
  return { actions, waits: ended.flatMap(({ waits }) => waits) };
}

/** A pod of a set should never end. */
function replaced(pod: Pod, node: string, backOffMs: (node: string) => number): Managed {
  const because = pod.status?.phase;
  if (because !== 'Failed' && because !== 'Succeeded') return { actions: [], waits: [] };
  const wait = because === 'Failed' ? backOffMs(node) : 0;
  return wait > 0
    ? { actions: [], waits: [wait] }
    : { actions: [{ type: 'delete', pod, node, because }], waits: [] };
}

/** Pods beside the one that a node should have; while an update surges, an old one and a new one that is not available yet may both stay. */
function excess(spread: Spread, node: string, running: readonly Pod[], runs: boolean): readonly PodAction[] {
  const sorted = [...running].sort(keptFirst);
  const remove = (pod: Pod): PodAction => ({ type: 'delete', pod, node });
  if (limitsOf(spread.set, 1).surge === 0) return sorted.slice(1).map(remove);
  if (sorted.length === 0) return runs ? [{ type: 'create', node }] : [];
  const isNew = ({ metadata }: Pod): boolean => metadata.labels?.[POD_REVISION] === spread.hash;
  const newest = sorted.find(isNew);
  const old = sorted.find((pod) => !isNew(pod));
  const others = sorted.filter((pod) => pod !== newest && pod !== old);
  const isReplaced =
    newest !== undefined && old !== undefined && (!isReady(old) || isAvailable(spread, newest));
  return [...others, ...(isReplaced ? [old] : [])].map(remove);
}

/** Pods that wait for a node that is gone: no scheduler can place them, and nobody else deletes them. */
function stranded({ nodes, podsByNode }: Spread): readonly PodAction[] {
  const known = new Set(nodes.map(({ name }) => name));
  return [...podsByNode]
    .filter(([node]) => !known.has(node))
    .flatMap(([node, pods]) =>
      pods.filter(({ spec }) => !spec.nodeName).map((pod): PodAction => ({ type: 'delete', pod, node })),
    );
}
