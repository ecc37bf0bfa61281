import type { Deployment, Pod, ReplicaSet } from '../../../kube/kinds/objects.data.ts';
import { isFinished } from '../../../kube/kinds/podspec/phase.ts';
import { type Generations, isActive, NO_CHANGE, nameOf, replicasOf, type Sizes } from './generations.ts';

/** Whether the new replica set may be made: the old ones are empty, and none of their pods runs any more. */
export const areStopped = (old: readonly ReplicaSet[], oldPods: readonly Pod[]): boolean =>
  !old.some(isActive) && oldPods.every(isFinished);

/** Recreate (`recreate.go`): scale all old sets to zero; scale up the new one only when none of their pods is running. */
export function recreateSizes(
  deployment: Deployment,
  { current, old }: Generations,
  oldPods: readonly Pod[],
): Sizes {
  const active = old.filter(isActive);
  if (active.length > 0) return new Map(active.map((set) => [nameOf(set), 0]));
  if (!current || !areStopped(old, oldPods)) return NO_CHANGE;
  return new Map([[nameOf(current), replicasOf(deployment)]]);
}
