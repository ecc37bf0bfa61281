import type { Pod } from '../../../kube/kinds/objects.data.ts';
import type { Sandbox } from '../runtime/spec.ts';

/** Whose the files are that a node writes for a pod. Numbers of users and groups; absent: they stay the agent's. */
export type FileOwners =
  /** Users that this node has given its pods: what is for a pod alone is for that user alone. */
  | { readonly type: 'node'; readonly owner?: number }
  /** Whom its containers run as, in file systems and with groups of their own. */
  | { readonly type: 'containers'; readonly user?: number; readonly group?: number };

/** `mayGive`: this node may give files to others, which root may. Pure. */
export function fileOwnersOf(
  pod: Pod,
  { fileOwner }: Pick<Sandbox, 'fileOwner'>,
  mayGive: boolean,
): FileOwners {
  if (fileOwner !== 'containers')
    return { type: 'node', ...(fileOwner === undefined ? {} : { owner: fileOwner }) };
  if (!mayGive) return { type: 'containers' };
  const user = commonUser(pod);
  const group = pod.spec.securityContext?.fsGroup;
  return {
    type: 'containers',
    ...(user === undefined ? {} : { user }),
    ...(group === undefined ? {} : { group }),
  };
}

/** The user that all containers run as by what the pod says (Kubernetes `pkg/volume/util/util.go` FsUserFrom). */
function commonUser({ spec }: Pod): number | undefined {
  const users = [...(spec.initContainers ?? []), ...spec.containers].map(
    ({ securityContext }) => securityContext?.runAsUser ?? spec.securityContext?.runAsUser,
  );
  return users.every((user) => user === users[0]) ? users[0] : undefined;
}

export const isRoot = (): boolean => process.geteuid?.() === 0;
