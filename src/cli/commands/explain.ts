import type { Command } from 'commander';
import { type Explanation, explainRequest } from '../../model/explanation.ts';
import { clientCommand, environmentPath, face, type OutputOptions, print, printJson } from '../command.ts';
import type { CliContext } from '../context.ts';
import { formatExplanation } from '../output/explanation.ts';

/** As `render --explain`, of what is deployed. */
export function explainCommand(context: CliContext): Command {
  return clientCommand('explain')
    .description('which line and which value a field of what is deployed comes from')
    .argument('<environment>', 'shop/prod')
    .argument('<object...>', 'KIND/NAME, and a field of it: deployment/web spec.replicas')
    .action(async (name: string, asked: readonly string[], options: OutputOptions) => {
      const { kind, name: object, field } = explainRequest(asked);
      const query = new URLSearchParams({ object: `${kind}/${object}`, ...(field ? { field } : {}) });
      const daemon = await face(context, options);
      const explanation = await daemon.get<Explanation>(environmentPath(name, `explain?${query}`));
      if (options.output === 'json') return printJson(context, explanation);
      print(context, formatExplanation(explanation, context.stdout.columns));
    });
}
