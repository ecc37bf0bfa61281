/** How the built-in cluster chooses among the nodes that a pod may run on. */
export const STRATEGIES = ['spread', 'binpack', 'random'] as const;
export type Strategy = (typeof STRATEGIES)[number];

export const DEFAULT_SCHEDULER = 'default-scheduler';

/** The strategy for a pod's `schedulerName`, `pilotage-binpack` say; undefined: it waits for a scheduler of its own. */
export function strategyOf(schedulerName: string, byDefault: Strategy): Strategy | undefined {
  if (schedulerName === DEFAULT_SCHEDULER) return byDefault;
  return STRATEGIES.find((strategy) => schedulerName === `pilotage-${strategy}`);
}
