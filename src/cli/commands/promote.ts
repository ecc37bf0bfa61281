import type { Command } from 'commander';
import { formatProblem, ProblemError } from '../../base/errors.ts';
import type { PromotionReport, TogetherReport } from '../../model/faces.ts';
import {
  clientCommand,
  collect,
  environmentPath,
  face,
  type OutputOptions,
  print,
  printJson,
} from '../command.ts';
import type { CliContext } from '../context.ts';
import type { FaceClient } from '../daemon/face.ts';
import { shortRevision } from '../output/table.ts';
import { untilHealthy, type WaitingOptions, withWait } from './waiting.ts';

export function promoteCommand(context: CliContext, exit: (code: number) => void): Command {
  const command = clientCommand('promote')
    .description(
      'bring what is tested in the environment before to this one, by a merge commit with the very same tree',
    )
    .argument('<environment>', 'the target: shop/prod')
    .argument('[others...]', 'with --together: further targets')
    .option('--together', 'all of them or none: they move when every gate of all is open')
    .option('--dry-run', 'say what would happen, and why not')
    .option('--again', 'also what somebody reverted on the branch of the target')
    .option('--retest', 'run tests once more that failed in the source')
    .option(
      '--skip <gate>',
      'pass a gate that is closed, for a --reason; repeatable, and needs the right',
      collect,
      [],
    )
    .option('--from <environment>', 'leave out those between, for a --reason; needs the same right')
    .option('--reason <text>', 'why a gate or an environment is skipped; it stays on record');
  return withWait(command, 'once it is promoted, wait until it is healthy').action(
    async (name: string, others: readonly string[], options: PromoteOptions) => {
      if (others.length > 0) return promoteTogether(context, [name, ...others], options, exit);
      const body = {
        dryRun: options.dryRun === true,
        ...(options.again ? { again: true } : {}),
        ...(options.retest ? { retest: true } : {}),
        ...(options.skip.length > 0 ? { skip: options.skip } : {}),
        ...(options.from ? { from: options.from } : {}),
        ...(options.skip.length > 0 || options.from ? { reason: options.reason ?? '' } : {}),
      };
      const daemon = await face(context, options);
      const report = await daemon.post<PromotionReport>(environmentPath(name, 'promote'), body);
      show(context, report, options, exit);
      if (options.wait && !options.dryRun) await waitForRollout(context, daemon, report, options);
    },
  );
}

interface PromoteOptions extends OutputOptions, WaitingOptions {
  readonly dryRun?: boolean;
  readonly again?: boolean;
  readonly retest?: boolean;
  readonly skip: readonly string[];
  readonly from?: string;
  readonly together?: boolean;
  readonly reason?: string;
}

/** What is said of one revision, a skip or another source, is said of one target at a time. */
const isOfOne = ({ again, retest, from, skip, reason }: PromoteOptions): boolean =>
  Boolean(again || retest || from || skip.length > 0 || reason !== undefined);

/** Several targets at once. */
async function promoteTogether(
  context: CliContext,
  environments: readonly string[],
  options: PromoteOptions,
  exit: (code: number) => void,
): Promise<void> {
  if (!options.together || isOfOne(options))
    throw new ProblemError({
      reason: 'Misused',
      message: options.together
        ? '--together goes with --dry-run and --wait: --again, --retest, --skip, --from and --reason are about one target.'
        : 'Several targets are promoted one by one, or with --together: all of them or none.',
      remedy: `pilotage promote ${environments.join(' ')} --together`,
    });
  const daemon = await face(context, options);
  const body = { environments, dryRun: options.dryRun === true };
  const report = await daemon.post<TogetherReport>('/api/v1/promotions', body);
  if (options.output === 'json') printJson(context, report);
  else print(context, formatTogether(report));
  if (!['Promoted', 'WouldPromote', 'UpToDate'].includes(report.outcome)) return exit(1);
  if (!options.wait || options.dryRun) return;
  const until = context.clock.monotonic() + options.timeout;
  for (const member of report.members) {
    const timeout = Math.max(0, until - context.clock.monotonic());
    await waitForRollout(context, daemon, member, { ...options, timeout });
  }
}

const TOGETHER: Readonly<Record<TogetherReport['outcome'], string>> = {
  Promoted: 'All of them moved.',
  WouldPromote: 'All of them would move.',
  UpToDate: 'All of them carry it already.',
  Refused: 'None of them moved: something is in the way of at least one.',
  TakenBack: 'None of them stays moved: one did not move, and those before it were taken back.',
  PartlyMoved: 'One of them did not move, and not all of those before it could be taken back.',
};

export const formatTogether = ({ outcome, members, problems }: TogetherReport): string =>
  [
    TOGETHER[outcome],
    ...members.map(formatPromotion),
    ...problems.map((problem) => formatProblem(problem)),
  ].join('\n');

/** Waits only for what was promoted, not for gates or decisions. */
async function waitForRollout(
  context: CliContext,
  daemon: FaceClient,
  { delivery, to, outcome, mergeCommit }: PromotionReport,
  options: PromoteOptions,
): Promise<void> {
  if (outcome !== 'Promoted' && outcome !== 'UpToDate' && outcome !== 'Restored') return;
  const reached = await untilHealthy(context, daemon, `${delivery}/${to}`, options, mergeCommit);
  if (options.output === 'json') return;
  const where = reached.urls.length > 0 ? `: ${reached.urls.join(' ')}` : '.';
  print(context, `${delivery}/${to} is healthy at ${shortRevision(reached.deployedRevision)}${where}`);
}

export function approveCommand(context: CliContext, exit: (code: number) => void): Command {
  return clientCommand('approve')
    .description('approve, as who is signed in, the revision that waits to be promoted to this environment')
    .argument('<environment>', 'the target: shop/prod')
    .option('--revision <commit>', 'approve this one only, and nothing when another waits by now')
    .action(async (name: string, options: OutputOptions & { revision?: string }) => {
      const daemon = await face(context, options);
      const body = options.revision ? { revision: options.revision } : {};
      const report = await daemon.post<PromotionReport>(environmentPath(name, 'approve'), body);
      show(context, report, options, exit);
    });
}

function show(
  context: CliContext,
  report: PromotionReport,
  options: OutputOptions,
  exit: (code: number) => void,
): void {
  if (options.output === 'json') printJson(context, report);
  else print(context, formatPromotion(report));
  // An approval that was recorded has succeeded, whatever else the promotion waits for.
  const isDone = report.outcome !== 'Refused' && report.outcome !== 'Waiting';
  if (report.approvedBy === undefined && !(isDone && report.problems.length === 0)) exit(1);
}

const HEADLINES: Readonly<Record<PromotionReport['outcome'], (from: string, to: string) => string>> = {
  Promoted: (from, to) => `Promoted ${from} to ${to}`,
  Proposed: (from, to) => `Proposed to merge ${from} into ${to}`,
  WouldPromote: (from, to) => `Would promote ${from} to ${to}`,
  Waiting: (from, to) => `Not yet: ${from} to ${to}`,
  Refused: (from, to) => `Refused: ${from} to ${to}`,
  Restored: (from, to) => `Brought the branch of ${to} back, which already carries what ${from} has`,
  Allowed: (_from, to) => `${to} may deploy what was pushed to its branch`,
  UpToDate: (from, to) => `${to} already carries what ${from} has`,
};

export function formatPromotion(report: PromotionReport): string {
  const [from, to] = [`${report.delivery}/${report.from}`, `${report.delivery}/${report.to}`];
  const merge = wayOf(report);
  return [
    ...(report.approvedBy ? [`${report.approvedBy} approves ${report.revision} for ${to}.`] : []),
    `${headline(report, from, to)} (${shortRevision(report.revision)})${merge}.`,
    ...(report.pullRequest ? [`  pull request ${report.pullRequest.number}: ${report.pullRequest.url}`] : []),
    ...report.commits.map((commit) => `  + ${commit}`),
    ...report.gates.map(
      (gate) =>
        `  ${gate.state === 'Passed' ? '✓' : '·'} ${gate.gate}: ${gate.reason}${gate.until ? ` (until ${gate.until})` : ''}`,
    ),
    ...(report.passedOver ? [`  newer: ${report.passedOver.commit}: ${report.passedOver.reason}`] : []),
    ...report.problems.map((problem) => formatProblem(problem)),
    ...(report.outcome === 'Waiting' ? [`  next: ${afterWaiting(report, to)}`] : []),
    ...(report.outcome === 'Promoted' || report.outcome === 'Allowed' ? [`  next: pilotage wait ${to}`] : []),
    ...(report.outcome === 'Proposed' ? ['  next: merge the pull request'] : []),
    ...(report.outcome === 'WouldPromote' ? [`  next: pilotage promote ${to}`] : []),
  ].join('\n');
}

const wayOf = ({ mergeCommit, revision }: PromotionReport): string => {
  if (mergeCommit === undefined) return '';
  return mergeCommit === revision ? ' by fast-forward' : ` by merge commit ${mergeCommit.slice(0, 7)}`;
};

const headline = ({ outcome }: PromotionReport, from: string, to: string): string =>
  outcome === 'Waiting' && from === to
    ? `Not yet deployed to ${to}: what was pushed to its branch`
    : HEADLINES[outcome](from, to);

/** A promotion by hand is asked for again once its gates are open. */
const afterWaiting = ({ gates, from, to: name, revision }: PromotionReport, to: string): string =>
  gates.some(({ gate, state }) => gate === 'approvals' && state !== 'Passed')
    ? `somebody else: pilotage approve ${to} --revision ${revision}${from === name ? '' : `; then again: pilotage promote ${to}`}`
    : `again when the gate is open: pilotage promote ${to}`;
