import { type Command, Option } from 'commander';
import { formatProblem } from '../../base/errors.ts';
import type { DryRunReport } from '../../model/faces.ts';
import { clientCommand, environmentPath, face, type OutputOptions, print, printJson } from '../command.ts';
import type { CliContext } from '../context.ts';
import type { FaceClient } from '../daemon/face.ts';
import { formatDryRun } from '../output/dryrun.ts';
import { untilHealthy, type WaitingOptions, withWait } from './waiting.ts';

interface SyncOptions extends OutputOptions, WaitingOptions {
  readonly acknowledge?: boolean;
  readonly confirmPrune?: boolean;
  readonly confirmRecreate?: boolean;
  readonly dryRun?: string;
  readonly override?: boolean;
  readonly reason: string;
}

export function syncCommand(context: CliContext, exit: (code: number) => void): Command {
  const command = clientCommand('sync')
    .description('reconcile an environment now instead of at the next change')
    .argument('<environment>', 'shop/prod')
    .addOption(
      new Option(
        '--dry-run <how>',
        'have the server judge every write, and write nothing; exit code 1: it refuses some',
      ).choices(['server']),
    )
    .option('--acknowledge', 'deploy a tip that does not descend from the last one (after a force-push)')
    .option('--confirm-prune', 'allow this revision to prune more than half of the environment')
    .option(
      '--confirm-recreate',
      'allow this revision to delete workloads and create them again, with an outage until they have started',
    )
    .option('--override', 'deploy this revision although no window is open; needs the right to skip')
    .option('--reason <text>', 'why, with --override', '');
  return withWait(command, 'wait until it is healthy').action(async (name: string, options: SyncOptions) => {
    const daemon = await face(context, options);
    if (options.dryRun) return exit(await tryOut(context, daemon, name, options));
    const { acknowledge = false, confirmPrune = false, confirmRecreate = false } = options;
    const answer = await daemon.post<{ message: string }>(environmentPath(name, 'sync'), {
      acknowledge,
      confirmPrune,
      confirmRecreate,
      ...(options.override ? { override: true, reason: options.reason } : {}),
    });
    if (options.output === 'json' && !options.wait) return printJson(context, answer);
    if (options.output === 'text') print(context, answer.message);
    if (!options.wait) return print(context, `  next: pilotage wait ${name}`);
    const reached = await untilHealthy(context, daemon, name, options);
    if (options.output === 'json') printJson(context, reached);
    else
      print(
        context,
        `${name} is healthy at ${reached.deployedRevision?.slice(0, 7) ?? '-'}. ${reached.urls.join(' ')}`,
      );
  });
}

/** 0: the server would take all of it. */
async function tryOut(
  context: CliContext,
  daemon: FaceClient,
  name: string,
  { output }: SyncOptions,
): Promise<number> {
  const report = await daemon.post<DryRunReport>(environmentPath(name, 'dryrun'), {});
  if (output === 'json') printJson(context, report);
  else print(context, formatDryRun(report));
  for (const problem of report.problems) context.stderr.write(`error: ${formatProblem(problem)}\n`);
  const isRefused = report.results.some(({ outcome }) => outcome === 'refused');
  return isRefused || report.problems.length > 0 ? 1 : 0;
}
