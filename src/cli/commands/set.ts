import { Command } from 'commander';
import { unwrap } from '../../base/errors.ts';
import type { SetImageReport } from '../../model/faces.ts';
import { parseImageChange } from '../../model/imagereference.ts';
import { clientCommand, environmentPath, face, type OutputOptions, print, printJson } from '../command.ts';
import type { CliContext } from '../context.ts';

interface Flags extends OutputOptions {
  readonly reason?: string;
  readonly url?: string;
  readonly force?: boolean;
  readonly dryRun?: boolean;
}

export function setCommand(context: CliContext): Command {
  const command = new Command('set').description(
    'change what the branch of an environment says, by a commit',
  );
  command.addCommand(
    clientCommand('image')
      .description('deploy images that were built: a commit writes them where the environment has them')
      .argument('<environment>', 'shop/dev')
      .argument(
        '<image...>',
        'NAME=IMAGE: web=registry.example.com/web:1.2, or …@sha256:…; NAME is a container or a marker',
      )
      .option('--reason <text>', 'why, as the commit says it')
      .option('--url <address>', 'of the build that made it')
      .option('--force', 'also where a promotion leads to; needs the right to skip, and a reason')
      .option('--dry-run', 'say what would be written, and where')
      .action(async (name: string, images: readonly string[], flags: Flags) => {
        // What is misspelt is said without asking anybody.
        for (const image of images) unwrap(parseImageChange(image));
        const { reason, url } = flags;
        const daemon = await face(context, flags);
        const report = await daemon.post<SetImageReport>(environmentPath(name, 'setimage'), {
          images,
          ...(reason === undefined ? {} : { reason }),
          ...(url === undefined ? {} : { url }),
          force: flags.force === true,
          dryRun: flags.dryRun === true,
        });
        if (flags.output === 'json') printJson(context, report);
        else print(context, formatSetImage(report));
      }),
  );
  return command;
}

const HEADLINES: Readonly<Record<SetImageReport['outcome'], (report: SetImageReport) => string>> = {
  Committed: ({ branch, commit = '' }) => `Committed ${commit.slice(0, 7)} to ${branch}:`,
  WouldCommit: ({ branch }) => `Would commit to ${branch}:`,
  Unchanged: ({ delivery, environment, branch }) =>
    `${branch} has these images for ${delivery}/${environment} already: nothing to commit.`,
  Proposed: ({ branch, pullRequest = '' }) => `${branch} takes no push. Proposed by ${pullRequest}:`,
};

export function formatSetImage(report: SetImageReport): string {
  const { delivery, environment, outcome, edits, notes } = report;
  return [
    HEADLINES[outcome](report),
    ...edits.flatMap(({ file, line, from, to }) => [
      `  ${file}:${line}`,
      `    - ${from === '' ? '""' : from}`,
      `    + ${to === '' ? '""' : to}`,
    ]),
    ...notes.map((note) => `  note: ${note}`),
    ...(outcome === 'Committed' ? [`  next: pilotage wait ${delivery}/${environment}`] : []),
  ].join('\n');
}
