import type { KubeObject } from '../../kube/values/types.ts';
import type { InventoryEntry } from '../../model/types.ts';
import { hasField } from './conflicts.ts';
import { adoptStep, changeOf, conflictReason, reasonOf, recreateStep } from './existing.ts';
import { busyStep, hookStep, hooksGone } from './hooks/steps.ts';
import { leaveMark } from './marks.ts';
import { compareRefs, waveOf } from './order.ts';
import { foundOf, type PlanInput, type PlannedHooks } from './planinput.ts';
import { finalizersOf, type Presence, presenceOf } from './presence.ts';
import { droppedStep, pruneRefusal } from './prune.ts';
import { recreateRefusal } from './recreatable.ts';
import { refKey } from './refkey.ts';
import { stepRefusals } from './steprefusals.ts';
import type { Action, Desired, Plan, Step, Trial } from './types.ts';

const NO_HOOKS: PlannedHooks = { due: [], all: new Set(), spent: new Set() };

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

/** A write, or a hook that is due. */
export const isAct = (step: Step): boolean => isWrite(step) || step.action === 'hook';

/** True when executing the plan would write nothing, and nothing stands in the way. */
export const isEmptyPlan = (plan: Plan): boolean =>
  plan.blocked.length === 0 && plan.steps.every((step) => !isAct(step) && step.action !== 'wait');

/** Pure and total: one step for every desired object and every inventory entry, or the reasons why none may be taken. */
export function planOf(input: PlanInput): Plan {
  const { hooks = NO_HOOKS } = input;
  const wanted = new Set(input.desired.map(({ ref }) => refKey(ref)));
  const dropped = input.inventory.filter(
    (entry) => !wanted.has(refKey(entry)) && !hooks.all.has(refKey(entry)),
  );
  const regular = [...input.desired, ...hooks.due.filter(({ run }) => run.cause !== 'delete')];
  const last = 1 + Math.max(0, ...regular.map(({ stage }) => stage));
  const steps = [
    ...hooksGone(hooks, input),
    ...(hooks.busy ? [busyStep(hooks.busy, input)] : []),
    ...[
      ...input.desired.map((one) => desiredStep(one, input)),
      ...hooks.due.map((one) => hookStep(one, input, last)),
    ].sort((a, b) => a.stage - b.stage),
    ...droppedSteps(dropped, last + 1, input),
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

/** What is pruned goes in the reverse of the order in which it came: the highest wave first, and each wave once the one before is gone. */
function droppedSteps(dropped: readonly InventoryEntry[], first: number, input: PlanInput): readonly Step[] {
  const waves = dropped.map((entry) => waveOf(input.observed.get(refKey(entry))?.live));
  const falling = [...new Set(waves)].sort((a, b) => b - a);
  return dropped
    .map((entry, i) => ({ entry, stage: first + falling.indexOf(waves[i] ?? 0) }))
    .sort((a, b) => a.stage - b.stage || -compareRefs(a.entry, b.entry))
    .map(({ entry, stage }) => droppedStep(entry, stage, foundOf(entry, input), input));
}

function desiredStep(desired: Desired, input: PlanInput): Step {
  const { ref, resource, app, origin, stage, object, sealed, ignore } = desired;
  const key = refKey(ref);
  const found = input.observed.get(key) ?? {};
  const { live, trial, ignored = [], intent = object } = found;
  const previous = input.previous.get(key);
  const base = {
    ...{ ref, resource, app, origin, stage },
    ...(sealed ? { sealed } : {}),
    ...(ignored.length > 0 ? { ignored } : {}),
  };
  const presence = presenceOf(live, input);
  const left = leaveMark(object);
  if (left && (left.mode === 'always' || presence === 'ours')) {
    return { ...base, action: 'keep', reason: `its annotation ${left.by} says ${left.value}` };
  }
  const action = decide(presence, answerOf(trial, previous?.object));
  if (live === undefined) {
    return action === 'create'
      ? { ...base, action, object, cause: previous ? 'drift' : 'change', ...(ignore ? { ignore } : {}) }
      : { ...base, action: 'invalid', reason: reasonOf(trial, desired) };
  }
  switch (action) {
    case 'unchanged':
      return { ...base, action, live };
    case 'update':
      return { ...base, action, object: intent, live, ...changeOf(found, live, previous, desired) };
    case 'recreate':
      return recreateStep(base, desired, live, trial);
    case 'adopt':
      return adoptStep(base, desired, live, found, input);
    case 'conflict':
      return { ...base, action, live, reason: conflictReason(live, input.owner, trial) };
    case 'wait':
      return { ...base, action, reason: `the old one is still being deleted${finalizersOf(live)}` };
    default:
      return { ...base, action: 'invalid', reason: reasonOf(trial, desired) };
  }
}

const decide = (presence: Presence, answer: Answer): Action =>
  DECISIONS[presence][answer] ?? DECISIONS[presence]['*'] ?? 'conflict';

/** A conflict over fields that were all ours at the last apply is drift, which may be taken back by force; any other is a conflict. */
function answerOf(trial: Trial | undefined, previous: KubeObject | undefined): Answer {
  if (trial === undefined) return 'untried';
  if (trial.outcome !== 'conflict') return trial.outcome;
  return trial.conflicts.every(({ field }) => hasField(previous, field)) ? 'reclaimable' : 'conflict';
}
