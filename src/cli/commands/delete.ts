import type { Command } from 'commander';
import { ProblemError } from '../../base/errors.ts';
import { clientCommand, environmentPath, face, type OutputOptions, print, printJson } from '../command.ts';
import type { CliContext } from '../context.ts';

interface DeleteOptions extends OutputOptions {
  readonly prune?: boolean;
  readonly orphan?: boolean;
}

export function deleteCommand(context: CliContext): Command {
  return clientCommand('delete')
    .description('end an environment, with what it delivered or without')
    .argument('<environment>', 'shop/prod')
    .option(
      '--prune',
      'delete what it delivered, but for what is never pruned (volumes, namespaces, definitions)',
    )
    .option('--orphan', 'leave what it delivered as it is; an environment of the same name finds it again')
    .action(async (name: string, options: DeleteOptions) => {
      if (Boolean(options.prune) === Boolean(options.orphan)) {
        throw new ProblemError({
          reason: 'BadRequest',
          message: 'Say what happens to the objects that it delivered.',
          remedy: `pilotage delete ${name} --prune deletes it; --orphan leaves it as it is.`,
        });
      }
      const answer = await (await face(context, options)).post<{ message: string }>(
        environmentPath(name, 'delete'),
        { onDelete: options.prune ? 'prune' : 'orphan' },
      );
      if (options.output === 'json') return printJson(context, answer);
      print(context, answer.message);
      print(context, '  next: pilotage status');
    });
}
