import { PODS } from '../../../kube/kinds/resources.data.ts';
import { isOfKind } from '../../../kube/values/types.ts';
import type { HookRecord } from '../../../model/types.ts';
import { adoptStep, conflictReason, reasonOf } from '../existing.ts';
import { foundOf, type PlanInput, type PlannedHooks } from '../planinput.ts';
import { presenceOf } from '../presence.ts';
import { droppedStep } from '../prune.ts';
import { refKey } from '../refkey.ts';
import type { Step } from '../types.ts';
import type { DueHook } from './due.ts';
import { runId } from './runs.ts';

/** Objects of hooks that have ended: they go by their own policy, before anything else is done. */
export function hooksGone({ all, due, spent }: PlannedHooks, input: PlanInput): readonly Step[] {
  const running = new Set(
    due.filter(({ record }) => record?.state !== 'Failed').map(({ ref }) => refKey(ref)),
  );
  return input.inventory
    .filter((entry) => all.has(refKey(entry)) && !running.has(refKey(entry)))
    .map((entry) => droppedStep(entry, BEFORE_ALL, foundOf(entry, input), input))
    .filter((step) => step.action === 'forget' || spent.has(refKey(step.ref)))
    .map((step) => (step.action === 'prune' ? { ...step, reason: 'its delete policy says so' } : step));
}

const BEFORE_ALL = -1;

/** Named, and watched, until it has ended. */
export function busyStep({ phase, ...record }: HookRecord, { resourceOf }: PlanInput): Step {
  const { apiVersion, kind, namespace, name } = record;
  const ref = { apiVersion, kind, name, ...(namespace ? { namespace } : {}) };
  const reason = `its ${phase} of the revision before has not ended`;
  return { action: 'wait', ref, resource: resourceOf(ref), app: '', stage: BEFORE_ALL, isHook: true, reason };
}

/**
 * A hook is made anew in each run: what is there by its name makes way if it is ours. `last`: the stage after all that is applied; deletions
 * follow it, those of an app between its own hooks.
 */
export function hookStep(due: DueHook, input: PlanInput, last: number): Step {
  const { ref, resource, app, origin, object, sealed, hook, run, record } = due;
  const stage = { PreDelete: last, PostDelete: last + 2 }[hook.phase as string] ?? due.stage;
  const { live, trial } = input.observed.get(refKey(ref)) ?? {};
  const base = { ref, resource, app, origin, stage, isHook: true, ...(sealed ? { sealed } : {}) };
  const presence = presenceOf(live, input);
  const isTaken = live !== undefined && !input.adopted.has(live.metadata.uid ?? '');
  // A record without a UID is of an object that may never have been made: what is there may be another's all the same.
  if (record?.uid === undefined && isTaken && (presence === 'foreign' || presence === 'unowned')) {
    return presence === 'unowned'
      ? adoptStep(base, due, live, {}, input)
      : { ...base, action: 'conflict', live, reason: conflictReason(live, input.owner, undefined) };
  }
  // A Pod is refused as long as its ServiceAccount is not there, which may be a hook before it.
  if (record === undefined && trial?.outcome === 'rejected' && !isOfKind(ref, PODS)) {
    return { ...base, action: 'invalid', reason: reasonOf(trial, due) };
  }
  return {
    ...base,
    action: 'hook',
    object,
    ...hook,
    run: runId(run, hook.phase),
    ...(live ? { live } : {}),
    ...(record ? { record } : {}),
  };
}
