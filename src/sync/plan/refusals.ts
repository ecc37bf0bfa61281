import type { Problem } from '../../base/errors.ts';
import type { Verdict } from '../../health/verdict.ts';
import type { KubeObject, ObjectRef } from '../../kube/values/types.ts';
import { counted } from './describe.ts';
import { isWrite } from './plan.ts';
import { isAboutPruning } from './prune.ts';
import { refKey } from './refkey.ts';
import type { Plan, Step } from './types.ts';

/** A plan is carried out as a whole or not at all, so the one who is refused hears what waits with it. */
export function refusalOf({ steps, blocked }: Plan, target: string): readonly Problem[] {
  const aboutPruning = blocked.some(isAboutPruning);
  const others = steps.filter((step) => isWrite(step) && !(aboutPruning && step.action === 'prune'));
  const waiting = others.length;
  if (waiting === 0) return blocked;
  return [
    ...blocked,
    {
      reason: 'PlanRefused',
      message: `until then nothing of ${target.slice(0, 12)} is applied: ${counted(waiting, 'other change')} ${waiting === 1 ? 'waits' : 'wait'}`,
    },
  ];
}

/** A rollout that is not healthy in time; `tookMs` since it began. */
export function overdue(target: string, tookMs: number, limitMs: number): readonly Problem[] {
  if (tookMs < limitMs) return [];
  return [
    {
      reason: 'DeadlineExceeded',
      message: `the rollout of ${target.slice(0, 12)} is not healthy after ${Math.round(limitMs / 60_000)} minutes`,
      remedy: 'Push a correction: it supersedes this one at once. Or pilotage rollback.',
    },
  ];
}

/** The objects whose health can be assessed: an object that was refused, or that waits with one, is not missing, for nobody deleted it. */
export function withoutRefused(
  refs: readonly ObjectRef[],
  live: ReadonlyMap<string, KubeObject>,
  { steps }: Plan,
): readonly ObjectRef[] {
  const isNew = (step: Step): boolean =>
    step.action === 'invalid' || (step.action === 'create' && step.cause === 'change');
  const refused = new Set(steps.filter(isNew).map(({ ref }) => refKey(ref)));
  return refs.filter((ref) => live.has(refKey(ref)) || !refused.has(refKey(ref)));
}

/** How an environment is that holds nothing, because all that it should hold is refused. */
export const refusedVerdict = ({ reason, message }: Problem): Verdict => ({
  state: 'Degraded',
  reason,
  message,
});
