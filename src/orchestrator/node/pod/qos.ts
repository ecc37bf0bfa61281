import type { Pod } from '../../../kube/kinds/objects.ts';

/** Kubernetes `pkg/apis/core/v1/helper/qos`: only cpu and memory count. */
export function qosClass(pod: Pod): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const containers = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
  const given = containers.some(({ resources }) =>
    COUNTED.some(
      (name) => resources?.requests?.[name] !== undefined || resources?.limits?.[name] !== undefined,
    ),
  );
  if (!given) return 'BestEffort';
  const guaranteed = containers.every(({ resources }) =>
    COUNTED.every((name) => {
      const limit = resources?.limits?.[name];
      return limit !== undefined && String(resources?.requests?.[name] ?? limit) === String(limit);
    }),
  );
  return guaranteed ? 'Guaranteed' : 'Burstable';
}

const COUNTED = ['cpu', 'memory'] as const;
