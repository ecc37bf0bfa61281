import type { Command } from 'commander';
import type { ReleaseReport } from '../../model/faces.ts';
import { clientCommand, environmentPath, face, type OutputOptions, print, printJson } from '../command.ts';
import type { CliContext } from '../context.ts';
import { formatPusher } from '../output/pushes.ts';
import { formatAge, formatTable, shortRevision } from '../output/table.ts';

export function historyCommand(context: CliContext): Command {
  return clientCommand('history')
    .description('the releases of an environment, newest first')
    .argument('<environment>', 'shop/prod')
    .action(async (name: string, options: OutputOptions) => {
      const releases = await (await face(context, options)).get<ReleaseReport[]>(
        environmentPath(name, 'history'),
      );
      if (options.output === 'json') return printJson(context, releases);
      if (releases.length === 0) return print(context, `${name} has no releases yet.`);
      const [head = '', ...rows] = formatTable(
        ['', 'RELEASE', 'REVISION', 'RESULT', 'CAUSE', 'AGE', 'BY', 'PUSHED BY', 'SUBJECT'],
        releases.map((release) => rowOf(release, context)),
      ).split('\n');
      print(context, head);
      for (const [i, row] of rows.entries()) {
        const release = releases[i];
        print(
          context,
          [
            row,
            ...storyLines(release, context.clock.now()),
            ...skippedLines(release),
            ...healedLines(release, context.clock.now()),
          ].join('\n'),
        );
      }
      print(context, `  next: pilotage rollback ${name} RELEASE`);
    });
}

function rowOf(release: ReleaseReport, context: CliContext): string[] {
  return [
    release.current ? '*' : '',
    String(release.number),
    shortRevision(release.revision),
    release.result,
    release.cause,
    formatAge(release.startedAt, context.clock.now()),
    release.by ?? '',
    release.pushes.map(formatPusher).join(', '),
    release.subject,
  ];
}

/** How it came here: from where, who asked when, what it waited for, who approved, and by which images. */
function storyLines(release: ReleaseReport | undefined, now: number): string[] {
  const { promotion, takesBack } = release ?? {};
  if (takesBack)
    return [
      `      takes back ${shortRevision(takesBack.revision)}, which failed: ${takesBack.cause.split('\n', 1)[0]}`,
    ];
  if (!promotion) return [];
  const { from, revision, requestedBy, askedAt, waited, approvedBy, images } = promotion;
  const by = requestedBy ? `, asked for by ${requestedBy}` : '';
  const when = askedAt ? ` ${formatAge(askedAt, now)} ago` : '';
  return [
    `      promoted from ${from} (${shortRevision(revision)})${by}${when}`,
    ...waited.map(({ gate, reason }) => `        waited for ${gate}: ${reason.split('\n', 1)[0]}`),
    ...(approvedBy.length > 0 ? [`        approved by ${approvedBy.join(', ')}`] : []),
    ...Object.entries(images).map(([name, image]) => `        image ${name} is ${image}`),
  ];
}

const skippedLines = (release: ReleaseReport | undefined): string[] =>
  (release?.skipped ?? []).map(
    ({ gate, by, reason }) =>
      `      ${gate.startsWith('environment ') ? '' : 'gate '}${gate} skipped by ${by}: ${reason}`,
  );

/** Shown below the release: who changed what outside git, and what to do instead. Newest first. */
function healedLines(release: ReleaseReport | undefined, now: number): string[] {
  return (release?.healed ?? [])
    .toReversed()
    .flatMap(({ at, by, change, object, count, remedy }) => [
      `      drift healed ${formatAge(at, now)} ago${count > 1 ? `, ${count} times` : ''}: ${object}: ${by} ${change}`,
      `        → ${remedy}`,
    ]);
}
