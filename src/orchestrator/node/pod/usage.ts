import { join } from 'node:path';
import type { Pod } from '../../../kube/kinds/objects.data.ts';
import { diskUse, limitedDirs, overLimit } from '../spec/emptydir.ts';

export interface Usage {
  /** What the pod is to be evicted for; undefined: nothing, or it is being counted. */
  check(pod: Pod): Promise<string | undefined>;
}

/** Holds the volumes of a pod to their limits (kubelet `pkg/kubelet/eviction`, localStorageEviction). */
export function createUsage(volumesDir: string, measure = diskUse): Usage {
  let isCounting = false;
  return {
    async check(pod) {
      if (isCounting) return undefined;
      isCounting = true;
      try {
        for (const dir of limitedDirs(pod)) {
          const bytes = await measure(join(volumesDir, dir.name));
          if (bytes !== undefined && bytes > dir.bytes) return overLimit(dir);
        }
        return undefined;
      } finally {
        isCounting = false;
      }
    },
  };
}
