import type { Taint } from '../../../kube/kinds/objects.data.ts';

/** Since when the taints of nodes are known: most say nothing themselves, those of `kubectl taint` among them. */
export interface Sightings {
  /** Notes which taints a node has; the answer says of each since when (ms since the epoch). */
  see(node: string, taints: readonly Taint[], now: number): (taint: Taint) => number;
  forget(node: string): void;
}

export function createSightings(): Sightings {
  const byNode = new Map<string, ReadonlyMap<string, number>>();
  return {
    see(node, taints, now) {
      const before = byNode.get(node);
      const seen = new Map(taints.map((taint) => [nameOf(taint), before?.get(nameOf(taint)) ?? now]));
      if (seen.size > 0) byNode.set(node, seen);
      else byNode.delete(node);
      return (taint) =>
        taint.timeAdded === undefined ? (seen.get(nameOf(taint)) ?? now) : Date.parse(taint.timeAdded);
    },
    forget: (node) => byNode.delete(node),
  };
}

const nameOf = ({ key, value = '', effect }: Taint): string => `${key}=${value}:${effect}`;
