import { nextAvailableInMs } from '../pods.ts';
import { manage, type PodAction } from './manage.ts';
import type { Spread } from './nodes.ts';
import { rollingStep } from './rolling.ts';

export interface DaemonSetDecision {
  readonly actions: readonly PodAction[];
  /** When to check again although nothing changes. */
  readonly afterMs: number | undefined;
}

/** The maximal number of creations, and of deletions, per pass (Kubernetes `daemon_controller.go` BurstReplicas). */
const BURST = 250;

/**
 * One step towards a pod for each node, and when those are there, one of the rolling update (Kubernetes `daemon_controller.go`
 * updateDaemonSet). `backOffMs`: see `manage`.
 */
export function decideDaemonSet(spread: Spread, backOffMs: (node: string) => number): DaemonSetDecision {
  const { actions, waits } = manage(spread, backOffMs);
  const { set, podsByNode, now } = spread;
  const isRolling = set.spec.updateStrategy?.type !== 'OnDelete';
  const all = actions.length === 0 && isRolling ? rollingStep(spread) : actions;
  const ready = nextAvailableInMs([...podsByNode.values()].flat(), set.spec.minReadySeconds ?? 0, now);
  const next = [...waits, ...(ready === undefined ? [] : [ready])];
  return {
    actions: [...creations(all).slice(0, BURST), ...deletions(all).slice(0, BURST)],
    afterMs: next.length === 0 ? undefined : Math.min(...next),
  };
}

export const creations = (actions: readonly PodAction[]) =>
  actions.flatMap((action) => (action.type === 'create' ? [action] : []));

export const deletions = (actions: readonly PodAction[]) =>
  actions.flatMap((action) => (action.type === 'delete' ? [action] : []));
