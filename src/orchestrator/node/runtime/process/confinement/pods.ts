import { chmodSync, chownSync, mkdirSync } from 'node:fs';
import type { Confinement } from '../../../../../base/confinement.ts';
import { type Sandbox, type SandboxPaths, sandboxOf } from './confinement.ts';
import { openUids, podUids } from './uids.ts';

/** How the pods of a node are confined. Pods of one namespace are one user, where they are users of their own. */
export interface PodConfinement {
  sandbox(namespace: string, paths: SandboxPaths): Sandbox;
  /** uid and gid of a namespace's pods; undefined where they run as the agent's user. */
  userOf(namespace: string): number | undefined;
}

export const UNCONFINED: PodConfinement = {
  sandbox: () => ({ type: 'none' }),
  userOf: () => undefined,
};

/** `file`: who got which uid. */
export function confinePods(confinement: Confinement, file: string): PodConfinement {
  if (confinement.type === 'none') return UNCONFINED;
  const uids = confinement.type === 'uid' ? openUids(file, podUids(confinement.uids)) : undefined;
  return {
    sandbox: (namespace, paths) => sandboxOf(confinement, () => uids?.(namespace) ?? -1, paths),
    userOf: (namespace) => uids?.(namespace),
  };
}

/** A directory for everybody who gets as far as this: things of root's in it stay as they are (sticky, as /tmp is). */
export function openToAll(dir: string): void {
  mkdirSync(dir, { recursive: true });
  chmodSync(dir, 0o1777);
}

/** A directory that one user may pass through, and no other. */
export function openTo(user: number, dir: string): void {
  chownSync(dir, process.geteuid?.() ?? 0, user);
  chmodSync(dir, 0o710);
}
