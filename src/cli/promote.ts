import { type Command, Option } from 'commander';
import { formatProblem } from '../base/errors.ts';
import type { PromotionReport } from '../model/faces.ts';
import { clientCommand, environmentPath, face, type OutputOptions, print, printJson } from './command.ts';
import type { CliContext } from './context.ts';
import { shortRevision } from './table.ts';

export function promoteCommand(context: CliContext, exit: (code: number) => void): Command {
  return clientCommand('promote')
    .description(
      'bring what is tested in the environment before to this one, by a merge commit with the very same tree',
    )
    .argument('<environment>', 'the target: shop/prod')
    .option('--dry-run', 'say what would happen, and why not')
    .action(async (name: string, options: OutputOptions & { dryRun?: boolean }) => {
      const body = { dryRun: options.dryRun === true, by: context.surroundings.user };
      const report = await (await face(context, options)).post<PromotionReport>(
        environmentPath(name, 'promote'),
        body,
      );
      show(context, report, options, exit);
    });
}

export function approveCommand(context: CliContext, exit: (code: number) => void): Command {
  return clientCommand('approve')
    .description('approve the revision that waits to be promoted to this environment')
    .argument('<environment>', 'the target: shop/prod')
    .addOption(new Option('--by <name>', 'who approves').default(context.surroundings.user))
    .action(async (name: string, options: OutputOptions & { by: string }) => {
      const report = await (await face(context, options)).post<PromotionReport>(
        environmentPath(name, 'approve'),
        {
          by: options.by,
        },
      );
      show(context, report, options, exit, options.by);
    });
}

function show(
  context: CliContext,
  report: PromotionReport,
  options: OutputOptions,
  exit: (code: number) => void,
  approvedBy?: string,
): void {
  if (options.output === 'json') printJson(context, report);
  else print(context, formatPromotion(report, approvedBy));
  // An approval that was recorded has succeeded, whatever else the promotion waits for.
  if (approvedBy === undefined && (report.outcome === 'Refused' || report.outcome === 'Waiting')) exit(1);
}

const HEADLINES: Readonly<Record<PromotionReport['outcome'], (from: string, to: string) => string>> = {
  Promoted: (from, to) => `Promoted ${from} to ${to}`,
  WouldPromote: (from, to) => `Would promote ${from} to ${to}`,
  Waiting: (from, to) => `Not yet: ${from} to ${to}`,
  Refused: (from, to) => `Refused: ${from} to ${to}`,
  UpToDate: (from, to) => `${to} already carries what ${from} has`,
};

export function formatPromotion(report: PromotionReport, approvedBy?: string): string {
  const [from, to] = [`${report.delivery}/${report.from}`, `${report.delivery}/${report.to}`];
  const merge = report.mergeCommit ? ` by merge commit ${report.mergeCommit.slice(0, 7)}` : '';
  return [
    ...(approvedBy ? [`${approvedBy} approves ${shortRevision(report.revision)} for ${to}.`] : []),
    `${HEADLINES[report.outcome](from, to)} (${shortRevision(report.revision)})${merge}.`,
    ...report.commits.map((commit) => `  + ${commit}`),
    ...report.gates.map(
      (gate) =>
        `  ${gate.state === 'Passed' ? '✓' : '·'} ${gate.gate}: ${gate.reason}${gate.until ? ` (until ${gate.until})` : ''}`,
    ),
    ...report.problems.map((problem) => formatProblem(problem)),
    ...(report.outcome === 'Waiting' ? [`  next: ${afterWaiting(report, to)}`] : []),
    ...(report.outcome === 'Promoted' ? [`  next: pilotage wait ${to}`] : []),
    ...(report.outcome === 'WouldPromote' ? [`  next: pilotage promote ${to}`] : []),
  ].join('\n');
}

/** A promotion by hand is asked for again once its gates are open. */
const afterWaiting = ({ gates }: PromotionReport, to: string): string =>
  gates.some(({ gate, state }) => gate === 'approvals' && state !== 'Passed')
    ? `somebody else: pilotage approve ${to}; then again: pilotage promote ${to}`
    : `again when the gate is open: pilotage promote ${to}`;
