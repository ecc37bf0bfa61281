import type { Pod } from '../../../kube/kinds/objects.data.ts';
import { isSafeSysctl } from '../spec/sysctls.ts';
import type { PodFailure } from './podrecord.ts';

/** Why a pod is not run on this node at all, as the kubelet says it; undefined: it is run. Pure. */
export function rejectionOf({ spec }: Pod): Pick<PodFailure, 'reason' | 'message'> | undefined {
  const forbidden = spec.securityContext?.sysctls?.find(({ name }) => !isSafeSysctl(name));
  return (
    forbidden && {
      reason: 'SysctlForbidden',
      message: `forbidden sysctl: "${forbidden.name}" not allowlisted`,
    }
  );
}
