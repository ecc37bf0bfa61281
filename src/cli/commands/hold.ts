import type { Command } from 'commander';
import { clientCommand, environmentPath, face, type OutputOptions, print, printJson } from '../command.ts';
import type { CliContext } from '../context.ts';

interface HoldOptions extends OutputOptions {
  readonly reason: string;
  readonly until?: string;
  readonly off?: boolean;
}

export function holdCommand(context: CliContext): Command {
  return clientCommand('hold')
    .description(
      'let nothing be promoted to an environment for now; what runs there is looked after as before',
    )
    .argument('<environment>', 'shop/prod')
    .option('--reason <text>', 'why, for those who find it held', '')
    .option('--until <time>', 'when it ends: 2026-12-24T18:00:00Z, or from now on: 8h')
    .option('--off', 'let promotions go on')
    .action(async (name: string, options: HoldOptions) => {
      const daemon = await face(context, options);
      const { reason, until } = options;
      const answer = options.off
        ? await daemon.post<{ message: string }>(environmentPath(name, 'release'), {})
        : await daemon.post<{ message: string }>(environmentPath(name, 'hold'), {
            reason,
            ...(until === undefined ? {} : { until }),
          });
      if (options.output === 'json') return printJson(context, answer);
      print(context, answer.message);
      print(context, `  next: pilotage why ${name}`);
    });
}
