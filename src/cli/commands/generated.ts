import type { Command } from 'commander';
import type { GeneratedReport } from '../../model/faces.ts';
import { clientCommand, environmentPath, face, type OutputOptions, print, printJson } from '../command.ts';
import type { CliContext } from '../context.ts';
import { formatAge, formatTable } from '../output/table.ts';

interface GeneratedOptions extends OutputOptions {
  readonly renew?: readonly string[];
  readonly renewAll?: boolean;
}

export function generatedCommand(context: CliContext): Command {
  return clientCommand('generated')
    .description('passwords, keys, certificates and the like that templates made once')
    .argument('<environment>', 'shop/prod')
    .option('--renew <name...>', 'have these made anew')
    .option('--renew-all', 'have all of them made anew')
    .action(async (name: string, options: GeneratedOptions) => {
      const daemon = await face(context, options);
      if (options.renew || options.renewAll) {
        const body = options.renewAll ? { all: true } : { names: options.renew };
        const answer = await daemon.post<{ message: string }>(environmentPath(name, 'renew'), body);
        if (options.output === 'json') return printJson(context, answer);
        print(context, answer.message);
        return print(context, `  next: pilotage wait ${name}`);
      }
      const reports = await daemon.get<GeneratedReport[]>(environmentPath(name, 'generated'));
      if (options.output === 'json') return printJson(context, reports);
      if (reports.length === 0) return print(context, `Templates have made nothing for ${name}.`);
      const now = context.clock.now();
      print(
        context,
        formatTable(
          ['NAME', 'APP', 'AGE', 'ENDS', 'TEMPLATE', 'HELD BY'],
          reports.map(({ name: one, app, since, endsAt, template, isUsed, objects }) => [
            one,
            app,
            formatAge(since, now),
            endsAt?.slice(0, 10) ?? '-',
            template,
            isUsed ? objects.join(', ') : 'not used now',
          ]),
        ),
      );
      print(context, `  next: pilotage generated ${name} --renew NAME`);
    });
}
