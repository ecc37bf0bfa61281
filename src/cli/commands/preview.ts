import { Command } from 'commander';
import type { PreviewWord, StatusReport } from '../../model/faces.ts';
import { clientCommand, environmentPath, face, type OutputOptions, print, printJson } from '../command.ts';
import type { CliContext } from '../context.ts';
import { choose } from '../daemon/choose.ts';
import { parseDays } from '../output/days.ts';
import { formatPreviews } from '../output/previews.ts';

export function previewCommand(context: CliContext): Command {
  const command = new Command('preview').description(
    'environments of branches: which there are, and how long',
  );
  command.addCommand(
    clientCommand('list')
      .description('the previews that there are, and the branches that wait for a place')
      .argument('[delivery]', 'shop; default: all')
      .action(async (name: string | undefined, options: OutputOptions) => {
        const report = await (await face(context, options)).get<StatusReport>('/api/v1/status');
        const chosen = choose(report, name);
        if (options.output === 'json') return printJson(context, previewsIn(chosen));
        print(context, formatPreviews(chosen, Date.now(), context.stdout.columns));
      }),
  );
  command.addCommand(
    clientCommand('extend')
      .description('let a preview stay longer than its time; 30 days from now at most')
      .argument('<preview>', 'shop/preview-feature-login')
      .argument('<time>', 'so much longer: 12h, 2d', parseDays)
      .action((name: string, seconds: number, options: OutputOptions) =>
        say(context, name, { type: 'extend', seconds }, options),
      ),
  );
  for (const [type, what] of [
    ['sleep', 'end the pods of a preview until it is woken or pushed to'],
    ['wake', 'let a preview that sleeps have its pods again'],
  ] as const) {
    command.addCommand(
      clientCommand(type)
        .description(what)
        .argument('<preview>', 'shop/preview-feature-login')
        .action((name: string, options: OutputOptions) => say(context, name, { type }, options)),
    );
  }
  command.addCommand(
    clientCommand('delete')
      .description('end a preview with its namespace; the next push to its branch makes another')
      .argument('<preview>', 'shop/preview-feature-login')
      .action(async (name: string, options: OutputOptions) => {
        const path = environmentPath(name, 'delete');
        const answer = await (await face(context, options)).post<{ message: string }>(path, {
          onDelete: 'preview',
        });
        if (options.output === 'json') return printJson(context, answer);
        print(context, `${answer.message}\n  next: pilotage preview list`);
      }),
  );
  return command;
}

async function say(
  context: CliContext,
  name: string,
  word: PreviewWord,
  options: OutputOptions,
): Promise<void> {
  const answer = await (await face(context, options)).post<{ message: string }>(
    environmentPath(name, 'preview'),
    word,
  );
  if (options.output === 'json') return printJson(context, answer);
  print(context, `${answer.message}\n  next: pilotage preview list`);
}

const previewsIn = ({ deliveries }: StatusReport) =>
  deliveries.map(({ name, environments, previews }) => ({
    delivery: name,
    environments: environments.filter(({ preview }) => preview !== undefined),
    ...(previews ? { previews } : {}),
  }));
