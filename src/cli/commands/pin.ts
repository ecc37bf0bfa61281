import type { Command } from 'commander';
import { clientCommand, environmentPath, face, type OutputOptions, print, printJson } from '../command.ts';
import type { CliContext } from '../context.ts';

interface PinOptions extends OutputOptions {
  readonly reason: string;
  readonly off?: boolean;
}

export function pinCommand(context: CliContext): Command {
  return clientCommand('pin')
    .description('hold an environment at a revision, whatever its branch says')
    .argument('<environment>', 'shop/prod')
    .argument('[revision]', 'commit to hold; default: what is deployed now')
    .option('--reason <text>', 'why, for the next person who finds it pinned', '')
    .option('--off', 'follow the branch again')
    .action(async (name: string, revision: string | undefined, options: PinOptions) => {
      const daemon = await face(context, options);
      const answer = options.off
        ? await daemon.post<{ message: string }>(environmentPath(name, 'unpin'), {})
        : await daemon.post<{ message: string }>(environmentPath(name, 'pin'), {
            reason: options.reason,
            ...(revision ? { revision } : {}),
          });
      if (options.output === 'json') return printJson(context, answer);
      print(context, answer.message);
      print(context, options.off ? `  next: pilotage wait ${name}` : `  next: pilotage pin ${name} --off`);
    });
}
