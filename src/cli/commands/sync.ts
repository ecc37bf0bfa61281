import type { Command } from 'commander';
import { clientCommand, environmentPath, face, type OutputOptions, print, printJson } from '../command.ts';
import type { CliContext } from '../context.ts';
import { untilHealthy, type WaitingOptions, withWait } from './waiting.ts';

interface SyncOptions extends OutputOptions, WaitingOptions {
  readonly acknowledge?: boolean;
  readonly confirmPrune?: boolean;
  readonly confirmRecreate?: boolean;
}

export function syncCommand(context: CliContext): Command {
  const command = clientCommand('sync')
    .description('reconcile an environment now instead of at the next change')
    .argument('<environment>', 'shop/prod')
    .option('--acknowledge', 'deploy a tip that does not descend from the last one (after a force-push)')
    .option('--confirm-prune', 'allow this revision to prune more than half of the environment')
    .option(
      '--confirm-recreate',
      'allow this revision to delete workloads and create them again, with an outage until they have started',
    );
  return withWait(command, 'wait until it is healthy').action(async (name: string, options: SyncOptions) => {
    const daemon = await face(context, options);
    const { acknowledge = false, confirmPrune = false, confirmRecreate = false } = options;
    const answer = await daemon.post<{ message: string }>(environmentPath(name, 'sync'), {
      acknowledge,
      confirmPrune,
      confirmRecreate,
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
