import { formatProblem } from '../../base/errors.ts';
import type { PlanReport, PlanStepReport } from '../../model/faces.ts';
import { alarms, counts, headOf, nameOf, shownSteps, signOf } from './plan.ts';

/** Comments of pull requests are refused above 65,536 characters on GitHub; other forges take more. */
const MAX_BYTES = 60 * 1024;
/** What one object may take of it. */
const MAX_STEP = 8 * 1024;
const NAMED = 20;

/**
 * A plan as a comment of a pull request, at most 60 KB: what is deleted and what restarts first, then each object in a collapsed part. All that
 * a repository or a cluster says stands in code, where it is neither markup nor a mention of somebody.
 */
export function planMarkdown(plan: PlanReport): string {
  const steps = shownSteps(plan);
  const head = [
    `### ${code(headOf(plan))}`,
    '',
    plan.empty ? 'Nothing to change.' : `**${counts(plan)}**`,
    ...alarms(plan).flatMap(([what, names]) => ['', `**${what}:** ${listed(names)}`]),
    ...plan.warnings.slice(0, NAMED).flatMap((one) => ['', fenced([bounded(formatProblem(one), 1000)])]),
  ];
  const tail = (left: number) =>
    left === 0
      ? []
      : ['', `… and ${left} more. \`pilotage diff ${plan.delivery}/${plan.environment}\` shows them all.`];
  let size = bytesOf(head) + bytesOf(tail(steps.length));
  const shown: string[] = [];
  for (const step of steps) {
    const part = ['', ...detail(step)];
    size += bytesOf(part);
    if (size > MAX_BYTES) return `${[...head, ...shown, ...tail(steps.length - shown.length)].join('\n')}\n`;
    shown.push(part.join('\n'));
  }
  return `${[...head, ...shown].join('\n')}\n`;
}

const bytesOf = (lines: readonly string[]): number => Buffer.byteLength(`${lines.join('\n')}\n`);

function listed(names: readonly string[]): string {
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  return names.slice(0, NAMED).map(code).join(', ') + more;
}

function detail(step: PlanStepReport): readonly string[] {
  const origin = step.origin ? ` ${code(step.origin)}` : '';
  const title = `${code(signOf(step.action))} ${step.action} ${code(nameOf(step.object))}${origin}`;
  const reason = step.reason ? [`# ${step.reason}`] : [];
  const ignored = step.ignored ? [`# ignored: ${step.ignored.join(', ')}`] : [];
  const lines = [...reason, ...ignored, ...step.diff.map((line) => line.replace(/^~/, '!'))];
  if (lines.length === 0) return [`- ${title}`];
  return ['<details>', `<summary>${title}</summary>`, '', fenced(lines), '', '</details>'];
}

/** In HTML's words: they hold in summaries as well, where Markdown's do not. */
const code = (text: string): string =>
  `<code>${text.replace(/[\r\n]+/g, ' ').replace(/[&<>@#*_`[\]|~!\\]/g, (char) => `&#${char.charCodeAt(0)};`)}</code>`;

/** A fence longer than any in what it holds. */
function fenced(lines: readonly string[]): string {
  const text = bounded(lines.join('\n'), MAX_STEP);
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}diff\n${text}\n${fence}`;
}

/** Long texts are cut, a line with all that it goes on with counts as one. */
const bounded = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most)}\n… (cut)` : text;
