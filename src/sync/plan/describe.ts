import type { Problem } from '../../base/errors.ts';
import { formatPlace } from '../../base/place.ts';
import type { FieldDiff } from '../../kube/rules/diff.ts';
import { gvkOf } from '../../kube/values/types.ts';
import type { PlanReport, PlanStepReport } from '../../model/faces.ts';
import { describeConflicts } from './conflicts.ts';
import { isEmptyPlan } from './plan.ts';
import type { Plan, Step } from './types.ts';

/** Action → number of objects. */
export function summaryOf(steps: readonly Step[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { action } of steps) counts[action] = (counts[action] ?? 0) + 1;
  return counts;
}

/** `+2 ~1 -0`: made, changed, removed. A recreated object is both. */
export function shortPlan(steps: readonly Step[]): string {
  const shown = steps.filter(({ action, isHook }) => action !== 'prune' || !isHook);
  const count = (...actions: string[]) => shown.filter(({ action }) => actions.includes(action)).length;
  const hooks = count('hook');
  const and = hooks > 0 ? `, ${counted(hooks, 'hook')}` : '';
  return `+${count('create', 'recreate')} ~${count('update')} -${count('prune', 'recreate')}${and}`;
}

/** `1 object`, `2 objects`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

export interface PlanHeader {
  readonly delivery: string;
  readonly environment: string;
  readonly namespace: string;
  readonly revision: string;
  readonly isTree?: boolean;
}

export function planReport(header: PlanHeader, plan: Plan, warnings: readonly Problem[]): PlanReport {
  return {
    ...header,
    steps: plan.steps.map(stepReport),
    summary: summaryOf(plan.steps),
    empty: isEmptyPlan(plan),
    warnings: [...plan.blocked, ...warnings],
  };
}

function stepReport(step: Step): PlanStepReport {
  const reason = reasonOf(step);
  return {
    action: step.action,
    object: step.ref,
    app: step.app,
    ...(reason ? { reason } : {}),
    ...(step.origin ? { origin: formatPlace(step.origin) } : {}),
    ...(step.action !== 'adopt' && restarts(step) ? { restarts: true } : {}),
    ...(step.ignored ? { ignored: step.ignored } : {}),
    // What would be taken over is somebody else's: its fields are for whoever may let it be.
    diff: step.action === 'update' ? step.diff.map(diffLine) : [],
  };
}

/** Kinds whose pods are replaced when the template changes. */
const ROLLED = ['Deployment', 'StatefulSet', 'DaemonSet'];

/** Whether carrying out a step replaces pods that run. */
export function restarts(step: Step): boolean {
  const { group, kind } = gvkOf(step.ref);
  if (group !== 'apps' || !ROLLED.includes(kind)) return false;
  if (step.action === 'recreate') return true;
  return 'diff' in step && step.diff.some(({ path }) => /^spec\.template(?![\w-])/.test(path));
}

function reasonOf(step: Step): string | undefined {
  if (step.action === 'update' && step.givesUp)
    return `${step.givesUp.join(', ')} is left to others from now on`;
  if ('reason' in step) return step.reason;
  if (step.action === 'hook')
    return `${step.phase}${step.record ? `, ${step.record.state.toLowerCase()}` : ''}`;
  if (step.action === 'update' && step.cause === 'drift') {
    const held = step.conflicts.length > 0 ? `: ${describeConflicts(step.conflicts)}` : '';
    return `it drifted from git${held}`;
  }
  if (step.action === 'update' && step.cause === 'adoption') return 'it is taken over';
  if (step.action === 'create' && step.cause === 'drift') return 'it was deleted';
  return undefined;
}

export function diffLine({ path, before, after }: FieldDiff): string {
  if (before === undefined) return `+ ${path}: ${shown(after)}`;
  if (after === undefined) return `- ${path}: ${shown(before)}`;
  return `~ ${path}: ${shown(before)} → ${shown(after)}`;
}

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
