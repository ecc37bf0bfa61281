import type { Permission } from '../model/permission.ts';
import { type Environment, type EnvironmentStatus, type Phase, PILOTAGE_NAMESPACE } from '../model/types.ts';
import type { Memory } from './memory.ts';
import type { SyncOptions } from './options.ts';
import { conditionOf } from './status.ts';

type Gate =
  | { readonly type: 'open'; readonly target: string }
  | { readonly type: 'closed'; readonly phase: Phase; readonly message: string };

/** May this environment be acted on, and for which revision? */
export function gateOf(environment: Environment): Gate {
  const { spec, status } = environment;
  if (spec.suspended) {
    return {
      type: 'closed',
      phase: 'Suspended',
      message: `suspended; to go on: kubectl -n ${PILOTAGE_NAMESPACE} patch environment ${environment.metadata.name} --type=merge -p '{"spec":{"suspended":null}}'`,
    };
  }
  const stopped = conditionOf(environment, 'Frozen') ?? conditionOf(environment, 'Held');
  // A pin was set by a person, and needs neither branch nor file.
  if (spec.pin) return { type: 'open', target: spec.pin.revision };
  if (stopped) return { type: 'closed', phase: 'Frozen', message: stopped.message ?? '' };
  return status?.wantedRevision === undefined
    ? { type: 'closed', phase: 'Idle', message: `waiting for the first commit of branch ${spec.branch}` }
    : { type: 'open', target: status.wantedRevision };
}

/** A pin is a person's word; what is deployed already has been let through. */
export async function permissionOf(
  { mayDeploy }: Pick<SyncOptions, 'mayDeploy'>,
  environment: Environment,
  target: string,
  memory: Memory,
): Promise<Permission> {
  if (memory.permitted?.target === target) return memory.permitted.permission;
  if (environment.spec.pin || !mayDeploy) return { type: 'allowed' };
  const permission = await mayDeploy(environment, target);
  if (permission.type === 'held' && environment.status?.deployedRevision !== target) return permission;
  const allowed = permission.type === 'held' ? ({ type: 'allowed' } as const) : permission;
  memory.permitted = { target, permission: allowed };
  return allowed;
}

/** A pass that finds nothing wrong with what is deployed says why that is not what is wanted, or what is to be known of it. */
export function explained(
  found: EnvironmentStatus,
  before: EnvironmentStatus,
  { held, note }: { readonly held?: string; readonly note?: string | undefined },
): EnvironmentStatus {
  const message = found.message || note;
  if (held === undefined || found.phase === 'Failed') return message ? { ...found, message } : found;
  const since = before.phase === 'Waiting' ? before.phaseSince : undefined;
  return {
    ...found,
    sync: 'OutOfSync',
    phase: 'Waiting',
    message: held,
    ...(since ? { phaseSince: since } : {}),
  };
}
