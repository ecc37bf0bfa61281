import type { Command } from 'commander';
import type { BackportReport } from '../../model/faces.ts';
import { clientCommand, environmentPath, face, type OutputOptions, print, printJson } from '../command.ts';
import type { CliContext } from '../context.ts';

export function backportCommand(context: CliContext): Command {
  return clientCommand('backport')
    .description(
      'bring commits that were pushed to an environment itself to the branch that its promotions begin on',
    )
    .argument('<environment>', 'where they are: shop/prod')
    .option('--dry-run', 'say what would be brought, and whether it can be')
    .action(async (name: string, options: OutputOptions & { dryRun?: boolean }) => {
      const body = { dryRun: options.dryRun === true };
      const daemon = await face(context, options);
      const report = await daemon.post<BackportReport>(environmentPath(name, 'backport'), body);
      if (options.output === 'json') printJson(context, report);
      else print(context, formatBackport(report));
    });
}

const HEADLINES: Readonly<Record<BackportReport['outcome'], (report: BackportReport) => string>> = {
  Backported: ({ delivery, from, to, branch }) =>
    `Brought from ${delivery}/${from} to ${branch}, the branch of ${delivery}/${to}:`,
  WouldBackport: ({ delivery, from, branch }) => `Would bring from ${delivery}/${from} to ${branch}:`,
  UnderWay: ({ branch }) => `${branch} has everything already; it comes back by promotion.`,
  UpToDate: ({ delivery, from }) => `${delivery}/${from} has no commit of its own that would be lost.`,
};

function formatBackport(report: BackportReport): string {
  const { delivery, from, to, outcome, commits } = report;
  return [
    HEADLINES[outcome](report),
    ...commits.map((commit) => `  + ${commit}`),
    ...(outcome === 'Backported' || outcome === 'UnderWay'
      ? [`  next: pilotage wait ${delivery}/${to}; then: pilotage promote ${delivery}/${from}`]
      : []),
    ...(outcome === 'WouldBackport' ? [`  next: pilotage backport ${delivery}/${from}`] : []),
  ].join('\n');
}
