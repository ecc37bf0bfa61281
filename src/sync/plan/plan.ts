import { diffObjects } from '../../kube/rules/diff.ts';
import { deepEqual } from '../../kube/values/equal.ts';
import type { KubeObject, ObjectRef, Resource } from '../../kube/values/types.ts';
import type { InventoryEntry } from '../../model/types.ts';
import { describeConflicts, hasField } from './conflicts.ts';
import { compareRefs } from './order.ts';
import { finalizersOf, type Owners, type Presence, presenceOf } from './presence.ts';
import { droppedStep, pruneRefusal } from './prune.ts';
import { recreatable, recreateRefusal } from './recreatable.ts';
import { refKey } from './refkey.ts';
import { blotSealed, maskSealed, type WithSealed } from './sealed.ts';
import { stepRefusals } from './steprefusals.ts';
import { holderOf } from './tracking.ts';
import type { Action, Desired, Observation, Owner, Plan, Step, Trial } from './types.ts';

export interface PlanInput extends Owners {
  readonly desired: readonly Desired[];
  readonly inventory: readonly InventoryEntry[];
  /** `refKey` → what was found: an entry for every desired object and every inventory entry. */
  readonly observed: ReadonlyMap<string, Observation>;
  /** `refKey` → what the last complete apply wrote: the memory of which fields were ours. */
  readonly previous: ReadonlyMap<string, WithSealed>;
  /** UIDs of what a person lets this environment take over. */
  readonly adopted: ReadonlySet<string>;
  readonly resourceOf: (ref: ObjectRef) => Resource | undefined;
  /** A person has agreed to prune more than half. */
  readonly confirmedPrune: boolean;
  /** A person has agreed to the outage of deleting and creating objects again. */
  readonly confirmedRecreate: boolean;
  /** Named in messages as the place to look. */
  readonly environment: string;
}

type Answer = Trial['outcome'] | 'untried' | 'reclaimable';

/**
 * Everything that can be the case of a desired object, and what follows: presence × what the server says of applying it.
 * `*` stands for every answer that the row does not name. What is not desired any more is a matter of `prune.ts`.
 */
const DECISIONS: Readonly<Record<Presence, Readonly<Record<string, Action>>>> = {
  absent: { rejected: 'invalid', immutable: 'invalid', '*': 'create' },
  deleting: { '*': 'wait' },
  ours: {
    same: 'unchanged',
    differs: 'update',
    untried: 'update',
    reclaimable: 'update',
    conflict: 'conflict',
    immutable: 'recreate',
    rejected: 'invalid',
  },
  unowned: { rejected: 'invalid', '*': 'adopt' },
  foreign: { '*': 'conflict' },
};

/** Actions that write to the cluster. */
const WRITES: ReadonlySet<Action> = new Set(['create', 'update', 'recreate', 'prune']);
export const isWrite = (step: Step): boolean => WRITES.has(step.action);

/** True when executing the plan would write nothing, and nothing stands in the way. */
export const isEmptyPlan = (plan: Plan): boolean =>
  plan.blocked.length === 0 && plan.steps.every((step) => !isWrite(step) && step.action !== 'wait');

/** Pure and total: one step for every desired object and every inventory entry, or the reasons why none may be taken. */
export function planOf(input: PlanInput): Plan {
  const wanted = new Set(input.desired.map(({ ref }) => refKey(ref)));
  const dropped = input.inventory.filter((entry) => !wanted.has(refKey(entry)));
  const last = 1 + Math.max(0, ...input.desired.map(({ stage }) => stage));
  const steps = [
    ...input.desired.map((one) => desiredStep(one, input)),
    ...dropped
      .sort((a, b) => -compareRefs(a, b))
      .map((entry) => droppedStep(entry, last, foundOf(entry, input))),
  ];
  return {
    steps,
    blocked: [
      ...stepRefusals(steps, input.environment),
      ...recreateRefusal(steps, input),
      ...pruneRefusal(steps, input),
    ],
  };
}

function desiredStep(desired: Desired, input: PlanInput): Step {
  const { ref, resource, app, origin, stage, object, sealed } = desired;
  const key = refKey(ref);
  const { live, trial } = input.observed.get(key) ?? {};
  const previous = input.previous.get(key);
  const base = { ref, resource, app, origin, stage, ...(sealed ? { sealed } : {}) };
  const presence = presenceOf(live, input);
  const action = decide(presence, answerOf(trial, previous?.object));
  if (live === undefined) {
    return action === 'create'
      ? { ...base, action, object, cause: previous ? 'drift' : 'change' }
      : { ...base, action: 'invalid', reason: reasonOf(trial, desired) };
  }
  switch (action) {
    case 'unchanged':
      return { ...base, action, live };
    case 'update':
      return { ...base, action, object, live, ...changeOf(trial, live, previous, desired) };
    case 'recreate':
      return recreateStep(base, desired, live, trial);
    case 'adopt':
      return adoptStep(base, desired, live, trial, input);
    case 'conflict':
      return { ...base, action, live, reason: conflictReason(live, input.owner, trial) };
    case 'wait':
      return { ...base, action, reason: `the old one is still being deleted${finalizersOf(live)}` };
    default:
      return { ...base, action: 'invalid', reason: reasonOf(trial, desired) };
  }
}

function foundOf(ref: ObjectRef, input: PlanInput) {
  const live = input.observed.get(refKey(ref))?.live;
  return { live, presence: presenceOf(live, input), resource: input.resourceOf(ref) };
}

const decide = (presence: Presence, answer: Answer): Action =>
  DECISIONS[presence][answer] ?? DECISIONS[presence]['*'] ?? 'conflict';

/** A conflict over fields that were all ours at the last apply is drift, which may be taken back by force; any other is a conflict. */
function answerOf(trial: Trial | undefined, previous: KubeObject | undefined): Answer {
  if (trial === undefined) return 'untried';
  if (trial.outcome !== 'conflict') return trial.outcome;
  return trial.conflicts.every(({ field }) => hasField(previous, field)) ? 'reclaimable' : 'conflict';
}

type Change = Pick<Extract<Step, { action: 'update' }>, 'cause' | 'force' | 'conflicts' | 'diff'>;

function changeOf(
  trial: Trial | undefined,
  live: KubeObject,
  previous: WithSealed | undefined,
  desired: Desired,
): Change {
  const after = trial?.outcome === 'differs' || trial?.outcome === 'conflict' ? trial.after : undefined;
  return {
    cause: previous !== undefined && deepEqual(previous.object, desired.object) ? 'drift' : 'change',
    force: trial?.outcome === 'conflict',
    conflicts: trial?.outcome === 'conflict' ? trial.conflicts : [],
    diff:
      after === undefined
        ? []
        : maskSealed(diffObjects(comparable(live), comparable(after)), [previous, desired]),
  };
}

type Base = Pick<Step, 'ref' | 'resource' | 'app' | 'origin' | 'stage' | 'sealed'>;

function recreateStep(base: Base, desired: Desired, live: KubeObject, trial: Trial | undefined): Step {
  const { object } = desired;
  const fields = trial?.outcome === 'immutable' ? trial.fields : [];
  const reason = reasonOf(trial, desired);
  return recreatable(live, fields)
    ? { ...base, action: 'recreate', object, live, reason: `${fields.join(', ')} cannot be changed in place` }
    : { ...base, action: 'invalid', reason };
}

function adoptStep(
  base: Base,
  desired: Desired,
  live: KubeObject,
  trial: Trial | undefined,
  { owner, adopted }: PlanInput,
): Step {
  if (!adopted.has(live.metadata.uid ?? '')) {
    const holder = holderOf(live, owner);
    const reason =
      holder.type === 'other'
        ? `it was left behind by ${holder.name}, which is gone`
        : 'it exists and was not made by Pilotage';
    return { ...base, action: 'adopt', live, reason };
  }
  if (trial?.outcome === 'immutable') return { ...base, action: 'invalid', reason: reasonOf(trial, desired) };
  return {
    ...base,
    action: 'update',
    object: desired.object,
    live,
    ...changeOf(trial, live, undefined, desired),
    cause: 'adoption',
    force: true,
  };
}

function conflictReason(live: KubeObject, owner: Owner, trial: Trial | undefined): string {
  const holder = holderOf(live, owner);
  if (holder.type === 'other') return `it belongs to ${holder.name}`;
  return trial?.outcome === 'conflict' ? describeConflicts(trial.conflicts) : 'another manager holds it';
}

function reasonOf(trial: Trial | undefined, desired: Desired): string {
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
