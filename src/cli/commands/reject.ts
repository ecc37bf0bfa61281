import type { Command } from 'commander';
import { clientCommand, environmentPath, face, type OutputOptions, print, printJson } from '../command.ts';
import type { CliContext } from '../context.ts';

interface RejectOptions extends OutputOptions {
  readonly revision?: string;
  readonly reason: string;
  readonly off?: boolean;
}

export function rejectCommand(context: CliContext): Command {
  return clientCommand('reject')
    .description(
      'say that a revision is not promoted to this environment, nor a later one that has all of it',
    )
    .argument('<environment>', 'the target: shop/prod')
    .option('--revision <commit>', 'default: what its source runs')
    .option('--reason <text>', 'why, for the next person who waits for it', '')
    .option('--off', 'take that back, of this revision or of all')
    .action(async (name: string, options: RejectOptions) => {
      const daemon = await face(context, options);
      const answer = await daemon.post<{ message: string }>(environmentPath(name, 'reject'), {
        reason: options.reason,
        ...(options.revision ? { revision: options.revision } : {}),
        ...(options.off ? { off: true } : {}),
      });
      if (options.output === 'json') return printJson(context, answer);
      print(context, answer.message);
    });
}
