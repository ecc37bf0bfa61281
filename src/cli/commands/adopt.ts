import type { Command } from 'commander';
import { clientCommand, environmentPath, face, type OutputOptions, print, printJson } from '../command.ts';
import type { CliContext } from '../context.ts';

export function adoptCommand(context: CliContext): Command {
  return clientCommand('adopt')
    .description('let an environment take over objects that Pilotage did not make')
    .argument('<environment>', 'shop/prod')
    .argument('[objects...]', 'KIND/NAME, or NAMESPACE/KIND/NAME')
    .option('--namespace <name>', 'everything there that it delivers and that waits for this word')
    .action(
      async (name: string, objects: readonly string[], options: OutputOptions & { namespace?: string }) => {
        const answer = await (await face(context, options)).post<{ message: string }>(
          environmentPath(name, 'adopt'),
          {
            objects,
            ...(options.namespace ? { namespace: options.namespace } : {}),
          },
        );
        if (options.output === 'json') return printJson(context, answer);
        print(context, answer.message);
        print(context, `  next: pilotage wait ${name}`);
      },
    );
}
