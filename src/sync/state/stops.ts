import type { Condition } from '../../kube/values/condition.ts';
import type { Permission } from '../../model/permission.ts';
import { type Suspension, suspensionText } from '../../model/suspension.ts';
import type { Environment, EnvironmentStatus } from '../../model/types.ts';
import type { SyncOptions } from '../options.ts';
import type { Memory } from './memory.ts';
import { conditionOf, withCondition } from './status.ts';

interface Stop {
  readonly state: 'suspended' | 'frozen' | 'held';
  readonly reason?: string;
  readonly message: string;
}

/** What stops an environment: a person, or what became of its branch and its file. A pin outranks all but the first. */
export function stopOf(environment: Environment, suspension: Suspension | undefined): Stop | undefined {
  if (suspension) return { state: 'suspended', message: suspensionText(suspension, environment) };
  const frozen = conditionOf(environment, 'Frozen');
  if (frozen) return { state: 'frozen', ...reasonAndMessage(frozen) };
  const held = conditionOf(environment, 'Held');
  return held ? { state: 'held', ...reasonAndMessage(held) } : undefined;
}

const reasonAndMessage = ({ reason, message = '' }: Condition): Pick<Stop, 'reason' | 'message'> => ({
  ...(reason ? { reason } : {}),
  message,
});

/** A pin is a person's word, and says nothing of signatures; what is deployed already has been let through. */
export async function permissionOf(
  { mayDeploy, verifies }: Pick<SyncOptions, 'mayDeploy' | 'verifies'>,
  environment: Environment,
  target: string,
  memory: Memory,
): Promise<Permission> {
  if (memory.permitted?.target === target) return memory.permitted.permission;
  const isDeployed = environment.status?.deployedRevision === target;
  const signed = isDeployed ? undefined : await verifies?.(environment, target);
  if (signed?.type === 'held') return signed;
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
  now: number,
): EnvironmentStatus {
  const { waitsForGates: _before, ...rest } = found;
  if (held === undefined) {
    if (found.message || !note) return rest;
    const conditions = found.conditions?.map((one) =>
      one.type === 'Ready' ? { ...one, message: note } : one,
    );
    return { ...rest, message: note, ...(conditions ? { conditions } : {}) };
  }
  if (found.phase === 'Failed') return { ...rest, waitsForGates: held };
  const since = before.phase === 'Waiting' ? before.phaseSince : undefined;
  return {
    ...rest,
    sync: 'OutOfSync',
    phase: 'Waiting',
    message: held,
    waitsForGates: held,
    conditions: withCondition(found.conditions, 'Ready', 'False', now, 'WaitsForGates', held),
    ...(since ? { phaseSince: since } : {}),
  };
}
