import type { Command } from 'commander';
import { clientCommand, environmentPath, face, type OutputOptions, print, printJson } from '../command.ts';
import type { CliContext } from '../context.ts';

export function confirmCommand(context: CliContext): Command {
  return clientCommand('confirm')
    .description('agree to what the plan of an environment would delete')
    .argument('<environment>', 'shop/prod')
    .argument('[plan]', 'its digest; without it, says what would be deleted')
    .action(async (name: string, plan: string | undefined, options: OutputOptions) => {
      const daemon = await face(context, options);
      const body = plan ? { plan } : {};
      const answer = await daemon.post<{ message: string }>(environmentPath(name, 'confirm'), body);
      if (options.output === 'json') return printJson(context, answer);
      print(context, answer.message);
      print(context, `  next: pilotage status ${name}`);
    });
}
