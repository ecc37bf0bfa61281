import type { Command } from 'commander';
import { formatProblem, ProblemError } from '../../base/errors.ts';
import type { EnvironmentReport, StatusReport } from '../../model/faces.ts';
import { describeSources } from '../../model/promotionsources.ts';
import { describeGates } from '../../promotion/gates/policy.ts';
import { clientCommand, colorsOf, face, type OutputOptions, print, printJson } from '../command.ts';
import type { CliContext } from '../context.ts';
import { choose, fullName } from '../daemon/choose.ts';
import { layOut, type Screen } from '../output/statuslayout.ts';
import { shortRevision } from '../output/table.ts';

export function statusCommand(context: CliContext): Command {
  return clientCommand('status')
    .alias('get')
    .description('what is deployed where, and how it is')
    .argument('[environment]', 'shop, or shop/prod for its policy and details')
    .action(async (name: string | undefined, options: OutputOptions) => {
      const report = await (await face(context, options)).get<StatusReport>('/api/v1/status');
      const chosen = choose(report, fullName(report, name));
      if (name && chosen.deliveries.every(({ environments }) => environments.length === 0))
        refuseUnknown(report, name, chosen);
      if (options.output === 'json') return printJson(context, chosen);
      print(
        context,
        formatStatus(context, chosen, name !== undefined && chosen.deliveries[0]?.name !== name),
      );
    });
}

/** A delivery without environments yet is there all the same: its message says why. */
function refuseUnknown(report: StatusReport, name: string, chosen: StatusReport): void {
  if (chosen.deliveries.some((delivery) => delivery.name === name)) return;
  const known = report.deliveries.flatMap((delivery) =>
    delivery.environments.length === 0
      ? [delivery.name]
      : delivery.environments.map((environment) => `${delivery.name}/${environment.name}`),
  );
  throw new ProblemError({
    reason: 'NotFound',
    message: `There is no ${name.includes('/') ? 'environment' : 'delivery'} ${name}.`,
    remedy:
      known.length === 0
        ? 'Nothing is delivered yet: push a repository to the git URL that `pilotage up` printed.'
        : `There are: ${known.join(', ')}.`,
  });
}

function formatStatus(context: CliContext, report: StatusReport, detailed: boolean): string {
  const overall = (report.problems ?? []).map(formatProblem);
  if (report.deliveries.length === 0)
    return [
      ...overall,
      'No deliveries yet. Push a repository to the git URL that `pilotage up` printed.',
    ].join('\n');
  const colors = colorsOf(context);
  // Who names one environment wants all of it.
  const { table, notes } = layOut(report, detailed ? PAPER : screenOf(context));
  const more = detailed ? report.deliveries.flatMap(({ environments }) => environments.flatMap(details)) : [];
  return [...overall, ...(table === '' ? [] : [paint(table, colors)]), ...notes, ...more].join('\n');
}

const PAPER: Screen = { columns: undefined, rows: undefined };

const screenOf = ({ stdout, surroundings: { fullEnvironment } }: CliContext): Screen => ({
  columns: stdout.columns ?? sizeOf(fullEnvironment.COLUMNS),
  rows: stdout.rows ?? sizeOf(fullEnvironment.LINES),
});

/** As shells export it to a process without a terminal. */
const sizeOf = (text: string | undefined): number | undefined =>
  text !== undefined && /^[1-9]\d*$/.test(text) ? Number(text) : undefined;

function details(environment: EnvironmentReport): string[] {
  const { delivery, promotion, pin, hold } = environment;
  return [
    `  branch ${environment.branch}, namespace ${environment.namespace}${environment.cluster ? `, cluster ${environment.cluster}` : ''}`,
    ...(environment.urls.length > 1 ? [`  URLs: ${environment.urls.join(' ')}`] : []),
    ...(pin ? [`  pinned to ${shortRevision(pin.revision)}: ${pin.reason}`] : []),
    ...(hold
      ? [`  promotions held by ${hold.by}${hold.until ? ` until ${hold.until}` : ''}: ${hold.reason}`]
      : []),
    promotion
      ? `  promoted from ${promotion.alsoFrom ? describeSources(promotion) : `${delivery}/${promotion.from}`}${promotion.auto ? ' automatically' : ''}${promotion.required ? ', required' : ''}, gates: ${describeGates(promotion)}`
      : '  deployed from its branch; no promotion leads here',
    `  kubectl -n ${environment.namespace} get all`,
    `  next: pilotage history ${delivery}/${environment.name}, pilotage why ${delivery}/${environment.name}`,
  ];
}

function paint(table: string, colors: ReturnType<typeof colorsOf>): string {
  return table
    .replace(/\b(Healthy|Synced)\b/g, (word) => colors.green(word))
    .replace(/\b(Degraded|Failed|OutOfSync|Missing)\b/g, (word) => colors.red(word))
    .replace(/\b(Progressing|Waiting|Frozen|Pinned)\b/g, (word) => colors.yellow(word));
}
