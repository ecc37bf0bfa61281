import type { Suspension } from '../../model/suspension.ts';
import {
  type Environment,
  type EnvironmentStatus,
  type Phase,
  TEARDOWN_FINALIZER,
} from '../../model/types.ts';
import { stopOf } from './stops.ts';

/** The state that an environment is to reach. */
export type Goal =
  | { readonly type: 'revision'; readonly target: string }
  /** It is being deleted. What it delivered goes first, or stays as it is. */
  | { readonly type: 'nothing'; readonly delivered: 'prune' | 'orphan' }
  /** What is deployed stays as it is. */
  | { readonly type: 'stopped'; readonly phase: Phase; readonly message: string };

/**
 * Deletion outranks whatever stops an environment, but for a stop of everything: then nothing is written anywhere. A pin outranks all that
 * stops it but the word of a person.
 */
export function goalOf(environment: Environment, suspension: Suspension | undefined): Goal {
  const { metadata, spec, status } = environment;
  const stop = stopOf(environment, suspension);
  const suspended = { type: 'stopped', phase: 'Suspended', message: stop?.message ?? '' } as const;
  if (suspension?.scope === 'everything') return suspended;
  if (metadata.deletionTimestamp !== undefined) {
    const isHeld = metadata.finalizers?.includes(TEARDOWN_FINALIZER) ?? false;
    return { type: 'nothing', delivered: (isHeld && spec.onDelete) || 'orphan' };
  }
  if (suspension) return suspended;
  // A pin was set by a person, and needs neither branch nor file.
  if (spec.pin) return { type: 'revision', target: spec.pin.revision };
  if (stop) return { type: 'stopped', phase: 'Frozen', message: stop.message };
  return status?.wantedRevision === undefined
    ? { type: 'stopped', phase: 'Idle', message: `waiting for the first commit of branch ${spec.branch}` }
    : { type: 'revision', target: status.wantedRevision };
}

/** What a status that is written now speaks of: the revision and the spec that the pass has seen. */
export function assessedBy(
  environment: Environment,
  goal: Goal,
): Pick<EnvironmentStatus, 'assessedRevision' | 'observedGeneration'> {
  const { generation } = environment.metadata;
  return {
    ...(goal.type === 'revision' ? { assessedRevision: goal.target } : {}),
    ...(generation === undefined ? {} : { observedGeneration: generation }),
  };
}
