import type { ContainerSecurity } from '../spec.ts';
import type { CreateRequest, HostConfig, InspectedImage } from './engine/types.ts';

/** What of a container's security the engine is asked for, beside its user. `seccomp`: the option for its profile. */
export function securityConfig(security: ContainerSecurity, seccomp?: string): Partial<HostConfig> {
  const { addCapabilities, dropCapabilities, groups } = security;
  const options = [...(security.noNewPrivileges ? ['no-new-privileges'] : []), ...(seccomp ? [seccomp] : [])];
  return {
    ...(security.privileged ? { Privileged: true } : {}),
    ...(security.readOnlyRoot ? { ReadonlyRootfs: true } : {}),
    ...(options.length > 0 ? { SecurityOpt: options } : {}),
    ...(groups.length > 0 ? { GroupAdd: groups.map(String) } : {}),
    ...(addCapabilities.length > 0 ? { CapAdd: addCapabilities } : {}),
    ...(dropCapabilities.length > 0 ? { CapDrop: dropCapabilities } : {}),
  };
}

/** `USER[:GROUP]`. A group needs a user beside it: without one in the pod, the image's. */
export function userOf({ user, group }: ContainerSecurity, imageUser: string): Pick<CreateRequest, 'User'> {
  if (user === undefined && group === undefined) return {};
  const name = user === undefined ? imageUser.split(':')[0] || '0' : String(user);
  return { User: group === undefined ? name : `${name}:${group}` };
}

/** Why a container that must not be root is not started (kubelet `pkg/kubelet/kuberuntime/security_context.go` verifyRunAsNonRoot). */
export function rootProblem(
  security: ContainerSecurity,
  image: Pick<InspectedImage, 'Config'> | undefined,
): string | undefined {
  if (!security.nonRoot) return undefined;
  if (security.user !== undefined)
    return security.user === 0 ? "container's runAsUser breaks non-root policy" : undefined;
  const name = image?.Config?.User?.split(':')[0] ?? '';
  if (name === '' || Number(name) === 0) return 'container has runAsNonRoot and image will run as root';
  return /^\d+$/.test(name)
    ? undefined
    : `container has runAsNonRoot and image has non-numeric user (${name}), cannot verify user is non-root`;
}
