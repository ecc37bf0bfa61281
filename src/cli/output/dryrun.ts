import type { DryRunReport } from '../../model/faces.ts';
import { nameOf } from './plan.ts';

/** One line an object: what the server says of its write. Refusals come last, where they are read. */
export function formatDryRun({ delivery, environment, revision, results }: DryRunReport): string {
  const refused = results.filter(({ outcome }) => outcome === 'refused');
  const others = results.filter(({ outcome }) => outcome !== 'refused');
  const lines = [...others, ...refused].map(
    ({ object, action, outcome, message }) =>
      `  ${outcome.padEnd(8)} ${action} ${nameOf(object)}${message ? `: ${message}` : ''}`,
  );
  const sum = `  ${results.length - refused.length} of ${results.length} objects are not refused; nothing was written`;
  return [
    `${delivery}/${environment} at ${revision.slice(0, 7)}, as the server would take it`,
    ...lines,
    sum,
  ].join('\n');
}
