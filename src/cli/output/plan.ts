import type { PlanReport, PlanStepReport } from '../../model/faces.ts';

const SIGNS: Readonly<Record<string, string>> = {
  create: '+',
  update: '~',
  recreate: '±',
  prune: '-',
  adopt: '?',
  conflict: '!',
  keep: '=',
  hook: '»',
};

/** A plan for people: a line an object that would change, its field diff below, the sum at the end. */
export function formatPlan(plan: PlanReport): string {
  const steps = plan.steps.filter((step) => step.action !== 'unchanged');
  const head = `${plan.delivery}/${plan.environment} at ${plan.revision.slice(0, 7)} → namespace ${plan.namespace}`;
  return [head, ...steps.flatMap(formatStep), summary(plan)].join('\n');
}

function formatStep(step: PlanStepReport): string[] {
  const { kind, namespace, name } = step.object;
  const origin = step.origin ? `  (${step.origin})` : '';
  const reason = step.reason ? `: ${step.reason}` : '';
  return [
    `  ${SIGNS[step.action] ?? ' '} ${step.action} ${kind} ${namespace ? `${namespace}/` : ''}${name}${reason}${origin}`,
    ...step.diff.map((line) => `      ${line}`),
  ];
}

function summary(plan: PlanReport): string {
  if (plan.empty) return '  nothing to change';
  const counts = Object.entries(plan.summary).filter(
    ([action, count]) => count > 0 && action !== 'unchanged',
  );
  return `  ${counts.map(([action, count]) => `${count} to ${action}`).join(', ')}`;
}
