import type { StartResult } from '../runtime.ts';
import type { ContainerSecurity, SandboxSpec } from '../spec.ts';
import type { Sandbox } from './confinement/confinement.ts';

export const startedBut = (unsupported: readonly string[]): StartResult =>
  unsupported.length > 0 ? { ok: true, unsupported } : { ok: true };

/**
 * Fields of a container, and of its pod, that a process of the machine cannot honour, and why: for people who took them from a manifest
 * for containers. What its confinement does anyway (another user, no capabilities, no new privileges) is not among them. Pure.
 */
export function unsupportedBy(
  security: ContainerSecurity,
  pod: Pick<SandboxSpec, 'sysctls' | 'hostPorts' | 'ownUsers'>,
  { type, ...sandbox }: Sandbox,
): readonly string[] {
  const { user, group, addCapabilities, dropCapabilities, seccomp } = security;
  const isConfined = type !== 'none';
  const lowPorts = 'lowPorts' in sandbox && sandbox.lowPorts === true;
  const added = addCapabilities.filter((name) => !(name === 'NET_BIND_SERVICE' && lowPorts));
  const runsAs = 'uid' in sandbox ? `the user ${sandbox.uid}` : 'the user of Pilotage';
  const field = (isAsked: boolean, name: string, why: string): string[] =>
    isAsked ? [`${name} is ignored: ${why}`] : [];
  const own = (name: string) => `securityContext.${name}`;
  return [
    ...field(user !== undefined, own('runAsUser'), `a process of a namespace runs as ${runsAs}`),
    ...field(group !== undefined, own('runAsGroup'), `a process of a namespace runs as ${runsAs}`),
    ...field(security.privileged, own('privileged'), 'a process is given no privilege'),
    ...field(
      security.readOnlyRoot,
      own('readOnlyRootFilesystem'),
      'a process has no root file system of its own',
    ),
    ...field(added.length > 0, own('capabilities.add'), `a process is given none (${added.join(', ')})`),
    ...field(
      dropCapabilities.length > 0 && !isConfined,
      own('capabilities.drop'),
      'this node does not confine processes',
    ),
    ...field(
      security.noNewPrivileges && !isConfined,
      own('allowPrivilegeEscalation'),
      'this node does not confine processes',
    ),
    ...field(typeof seccomp === 'object', own('seccompProfile'), 'profiles are loaded by container engines'),
    ...field(
      Object.keys(pod.sysctls ?? {}).length > 0,
      'the sysctls of the pod',
      'a process has the kernel settings of the node',
    ),
    ...field(
      (pod.hostPorts ?? []).length > 0,
      'hostPort',
      'a process has no network of its own; it can be reached by a Service',
    ),
    ...field(pod.ownUsers === true, 'hostUsers: false', 'a process has the users of the node'),
  ];
}
