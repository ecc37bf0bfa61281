import type { Command } from 'commander';
import { clientCommand, environmentPath, face, type OutputOptions, print, printJson } from '../command.ts';
import type { CliContext } from '../context.ts';

export function acceptCommand(context: CliContext): Command {
  return clientCommand('accept')
    .description('put in force what a pilotage.yaml proposes for an environment')
    .argument('<environment>', 'shop/prod')
    .argument('[proposal]', 'its id, as status and why show it; without it, says what is proposed')
    .action(async (name: string, proposal: string | undefined, options: OutputOptions) => {
      const answer = await (await face(context, options)).post<{ message: string }>(
        environmentPath(name, 'accept'),
        proposal ? { proposal } : {},
      );
      if (options.output === 'json') return printJson(context, answer);
      print(context, answer.message);
      print(context, `  next: pilotage status ${name}`);
    });
}
