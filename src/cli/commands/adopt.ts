import { type Command, Option } from 'commander';
import type { AdoptionReport } from '../../model/faces.ts';
import { clientCommand, environmentPath, face, type OutputOptions, print, printJson } from '../command.ts';
import type { CliContext } from '../context.ts';
import { formatAdoption } from '../output/adoption.ts';

interface AdoptOptions extends OutputOptions {
  readonly namespace?: string;
  readonly all?: boolean;
  readonly from?: string;
  readonly restart?: boolean;
}

export function adoptCommand(context: CliContext): Command {
  return clientCommand('adopt')
    .description('show what an environment would take over of what Pilotage did not make, or let it')
    .argument('<environment>', 'shop/prod')
    .argument('[objects...]', 'KIND/NAME, or NAMESPACE/KIND/NAME; none, and no option: a report')
    .option('--namespace <name>', 'everything there that it delivers and that waits for this word')
    .option('--all', 'everything that waits for this word')
    .addOption(
      new Option('--from <tool>', 'although this tool may still reconcile it').choices([
        'helm',
        'argocd',
        'flux',
      ]),
    )
    .option('--restart', 'although git says otherwise of pod templates, so that pods are replaced')
    .action(async (name: string, objects: readonly string[], options: AdoptOptions) => {
      const { namespace, all, from, restart } = options;
      const asked = {
        objects,
        ...(namespace ? { namespace } : {}),
        ...(all ? { all } : {}),
        ...(from ? { from } : {}),
        ...(restart ? { restart } : {}),
      };
      const answer = await (await face(context, options)).post<{ message: string; report?: AdoptionReport }>(
        environmentPath(name, 'adopt'),
        asked,
      );
      if (options.output === 'json') return printJson(context, answer.report ?? answer);
      if (answer.report) return print(context, formatAdoption(answer.report, context.stdout.columns));
      print(context, answer.message);
      print(context, `  next: pilotage wait ${name}`);
    });
}
