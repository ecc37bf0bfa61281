import type { Container, Pod, SeccompProfile } from '../../../kube/kinds/objects.data.ts';
import type { ContainerSecurity } from '../runtime/spec.ts';

/** What a container and its pod say of security, the container first (Kubernetes `pkg/securitycontext/util.go` DetermineEffectiveSecurityContext). */
export function securityOf({ spec }: Pod, { securityContext: own = {} }: Container): ContainerSecurity {
  const pod = spec.securityContext ?? {};
  const user = own.runAsUser ?? pod.runAsUser;
  const group = own.runAsGroup ?? pod.runAsGroup;
  const { add = [], drop = [] } = own.capabilities ?? {};
  return {
    ...(user === undefined ? {} : { user }),
    ...(group === undefined ? {} : { group }),
    groups: [...(pod.supplementalGroups ?? []), ...(pod.fsGroup === undefined ? [] : [pod.fsGroup])],
    ...seccompOf(own.seccompProfile ?? pod.seccompProfile),
    nonRoot: own.runAsNonRoot ?? pod.runAsNonRoot ?? false,
    privileged: own.privileged ?? false,
    readOnlyRoot: own.readOnlyRootFilesystem ?? false,
    noNewPrivileges: own.allowPrivilegeEscalation === false,
    addCapabilities: add.map(plainName),
    dropCapabilities: drop.map(plainName),
  };
}

const plainName = (capability: string): string => capability.replace(/^CAP_/, '');

/** Where a pod says nothing, the runtime's own profile holds: more than the kubelet, whose default is none (`SeccompDefault`). */
function seccompOf(profile: SeccompProfile | undefined): Pick<ContainerSecurity, 'seccomp'> {
  if (profile?.type === 'Unconfined') return { seccomp: 'any' };
  if (profile?.type === 'Localhost') return { seccomp: { profile: profile.localhostProfile ?? '' } };
  return {};
}
