import type { PlanReport, PlanStepReport } from '../../model/faces.ts';

const SIGNS: Readonly<Record<string, string>> = {
  create: '+',
  update: '~',
  recreate: '±',
  prune: '-',
  adopt: '?',
  confirm: '?',
  conflict: '!',
  keep: '=',
  hook: '»',
};

/**
 * A plan for people: what is deleted and what restarts first, then a line an object that would change, its field diff below, the sum at the
 * end. A line has at most `columns` characters; default: as many as it needs.
 */
export function formatPlan(plan: PlanReport, columns = Number.POSITIVE_INFINITY): string {
  const steps = shownSteps(plan);
  const lines = [headOf(plan), ...alarms(plan).map(([what, names]) => `  ${what}: ${names.join(', ')}`)];
  return [
    ...lines.flatMap((line) => folded(line, columns)),
    ...steps.flatMap((step) => formatStep(step, columns)),
    summary(plan),
  ].join('\n');
}

/** Steps that change something, or leave something alone on purpose. */
export const shownSteps = ({ steps }: PlanReport): readonly PlanStepReport[] =>
  steps.filter(({ action, ignored }) => action !== 'unchanged' || ignored !== undefined);

/** `shop/dev at abcdef1 → namespace shop-dev` */
export const headOf = ({ delivery, environment, revision, namespace, isTree }: PlanReport): string =>
  `${delivery}/${environment} ${isTree ? 'with this working tree' : `at ${revision.slice(0, 7)}`} → namespace ${namespace}`;

/** What a person has to know before anything else: what would be deleted, and what would restart. */
export function alarms({
  steps,
}: PlanReport): readonly (readonly [what: string, names: readonly string[]])[] {
  const named = (chosen: readonly PlanStepReport[]) => chosen.map(({ object }) => nameOf(object));
  const deleted = named(steps.filter(({ action }) => action === 'prune'));
  const again = named(steps.filter(({ action }) => action === 'recreate'));
  const restarted = named(steps.filter(({ action, restarts }) => restarts && action !== 'recreate'));
  const all = [
    ['deletes', deleted],
    ['deletes and makes again', again],
    ['restarts', restarted],
  ] as const;
  return all.filter(([, names]) => names.length > 0);
}

/** `Deployment shop-dev/web` */
export const nameOf = ({ kind, namespace, name }: PlanStepReport['object']): string =>
  `${kind} ${namespace ? `${namespace}/` : ''}${name}`;

export const signOf = (action: string): string => SIGNS[action] ?? ' ';

function formatStep(step: PlanStepReport, columns: number): string[] {
  const origin = step.origin ? `  (${step.origin})` : '';
  const reason = step.reason ? `: ${step.reason}` : '';
  const ignored = step.ignored ? [`      ignored: ${step.ignored.join(', ')}`] : [];
  const head = `  ${signOf(step.action)} ${step.action} ${nameOf(step.object)}${reason}${origin}`;
  return [
    ...[head, ...ignored].flatMap((line) => folded(line, columns)),
    ...step.diff.map((line) => cut(`      ${line}`, columns)),
  ];
}

/** Broken at spaces; what goes on stands further in than where it began. */
export function folded(line: string, columns: number): string[] {
  if (line.length <= columns) return [line];
  const indent = `${/^ */.exec(line)?.[0] ?? ''}    `;
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(/(?<=\S) +/)) {
    const longer = current === '' ? word : `${current} ${word}`;
    if (current.trim() === '' || longer.length <= columns) current = longer;
    else {
      lines.push(current);
      current = indent + word;
    }
  }
  return [...lines, current];
}

const cut = (line: string, columns: number): string =>
  line.length > columns ? `${line.slice(0, Math.max(1, columns - 1))}…` : line;

function summary(plan: PlanReport): string {
  if (plan.empty) return '  nothing to change';
  return `  ${counts(plan)}`;
}

/** `1 to update, 2 to prune` */
export const counts = ({ summary: sums }: PlanReport): string =>
  Object.entries(sums)
    .filter(([action, count]) => count > 0 && action !== 'unchanged')
    .map(([action, count]) => `${count} to ${action}`)
    .join(', ');
