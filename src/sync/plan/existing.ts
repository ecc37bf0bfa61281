import { diffObjects, type FieldDiff } from '../../kube/rules/diff.ts';
import { deepEqual } from '../../kube/values/equal.ts';
import type { KubeObject } from '../../kube/values/types.ts';
import { describeConflicts } from './conflicts.ts';
import { withoutIgnored } from './ignored.ts';
import { applyMarks } from './marks.ts';
import { withoutBookkeeping } from './othertools.ts';
import type { PlanInput } from './planinput.ts';
import { recreatable } from './recreatable.ts';
import { blotSealed, maskSealed, type WithSealed } from './sealed.ts';
import { afterTakeover } from './takeover.ts';
import { holderOf } from './tracking.ts';
import type { Desired, Observation, Owner, Step, Trial } from './types.ts';

type Change = Pick<
  Extract<Step, { action: 'update' }>,
  'cause' | 'force' | 'conflicts' | 'diff' | 'ignore' | 'givesUp'
>;

/** What applying changes of an object that is there, and why it does. */
export function changeOf(
  { trial, held = [] }: Observation,
  live: KubeObject,
  previous: WithSealed | undefined,
  desired: Desired,
): Change {
  const { object, ignore } = desired;
  const after = trial?.outcome === 'differs' || trial?.outcome === 'conflict' ? trial.after : undefined;
  return {
    cause:
      held.length === 0 &&
      previous !== undefined &&
      deepEqual(previous.object, withoutIgnored(object, ignore))
        ? 'drift'
        : 'change',
    ...(ignore ? { ignore } : {}),
    ...(held.length > 0 ? { givesUp: held } : {}),
    force: trial?.outcome === 'conflict',
    conflicts: trial?.outcome === 'conflict' ? trial.conflicts : [],
    diff:
      after === undefined
        ? []
        : maskSealed(diffObjects(comparable(live), comparable(after)), [previous, desired]),
  };
}

export type Base = Pick<
  Step,
  'ref' | 'resource' | 'app' | 'origin' | 'stage' | 'sealed' | 'ignored' | 'isHook'
>;

/** An object with fields that only a new one can change. */
export function recreateStep(base: Base, desired: Desired, live: KubeObject, trial: Trial | undefined): Step {
  const { object } = desired;
  const fields = trial?.outcome === 'immutable' ? trial.fields : [];
  const reason = reasonOf(trial, desired);
  return recreatable(live, fields) || (fields.length > 0 && applyMarks(object).force)
    ? { ...base, action: 'recreate', object, live, reason: `${fields.join(', ')} cannot be changed in place` }
    : { ...base, action: 'invalid', reason };
}

/** An object that nobody owns, and that a person may have let this environment take over. */
export function adoptStep(
  base: Base,
  desired: Desired,
  live: KubeObject,
  found: Observation,
  { owner, adopted }: PlanInput,
): Step {
  const { trial } = found;
  const diff = adoptionDiff(desired, found, live);
  if (!adopted.has(live.metadata.uid ?? '')) {
    return { ...base, action: 'adopt', live, reason: adoptionReason(live, owner), diff };
  }
  if (trial?.outcome === 'immutable') return { ...base, action: 'invalid', reason: reasonOf(trial, desired) };
  return {
    ...base,
    action: 'update',
    object: found.intent ?? desired.object,
    live,
    ...changeOf(found, live, undefined, desired),
    diff,
    cause: 'adoption',
    force: true,
  };
}

function adoptionReason(live: KubeObject, owner: Owner): string {
  const holder = holderOf(live, owner);
  if (holder.type === 'other') return `it was left behind by ${holder.name}, which is gone`;
  return holder.type === 'tool' ? `it belongs to ${holder.name}` : 'it exists and was not made by Pilotage';
}

/** What taking an object over changes of it: also what another tool wrote and git does not have. */
function adoptionDiff(desired: Desired, found: Observation, live: KubeObject): readonly FieldDiff[] {
  const { intent = desired.object, trial } = found;
  const tried = trial && 'after' in trial ? trial.after : undefined;
  const after = afterTakeover(live, intent, desired.ignore) ?? tried;
  if (after === undefined) return [];
  const [before, then] = [live, after].map((one) => withoutBookkeeping(comparable(one)));
  return maskSealed(diffObjects(before, then), [desired]);
}

export function conflictReason(live: KubeObject, owner: Owner, trial: Trial | undefined): string {
  const holder = holderOf(live, owner);
  if (holder.type === 'other') return `it belongs to ${holder.name}`;
  return trial?.outcome === 'conflict' ? describeConflicts(trial.conflicts) : 'another manager holds it';
}

export function reasonOf(trial: Trial | undefined, desired: Desired): string {
  return trial && 'message' in trial ? blotSealed(trial.message, desired) : 'the server refuses it';
}

/** An object as far as an intent can speak of it: without what the server keeps for itself. */
export function comparable(object: KubeObject): KubeObject {
  const { status: _status, ...rest } = object;
  const {
    managedFields: _managedFields,
    resourceVersion: _version,
    generation: _generation,
    uid: _uid,
    creationTimestamp: _created,
    ...metadata
  } = object.metadata;
  return { ...rest, metadata };
}
