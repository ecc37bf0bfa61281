import { Argument, Command } from 'commander';
import { ProblemError } from '../../base/errors.ts';
import { unpackChart } from '../../charts/helm/archive.ts';
import type { HelmFile } from '../../charts/helm/files.ts';
import { type FetchFlags, fetcherOf, withFetchOptions } from '../charts/fetching.ts';
import { fetchNamed, filesOnDisk } from '../charts/named.ts';
import type { CliContext } from '../context.ts';
import type { Keyboard } from '../password.ts';

interface ShowFlags extends FetchFlags {
  readonly repo?: string;
  readonly version?: string;
}

/** What can be seen of a chart: which of its files. */
const PARTS: Readonly<Record<string, (name: string) => boolean>> = {
  chart: (name) => name === 'Chart.yaml',
  values: (name) => name === 'values.yaml',
  readme: (name) => /^readme(\.md|\.txt)?$/i.test(name),
  crds: (name) => /^(charts\/[^/]+\/)*crds\/.*\.(ya?ml|json)$/.test(name),
};

export function chartShowCommand(context: CliContext, keyboard: Keyboard): Command {
  const command = new Command('show')
    .description('print what a chart says of itself, without keeping it')
    .addArgument(new Argument('<what>', 'which part of it').choices([...Object.keys(PARTS), 'all']))
    .argument('<chart>', 'a folder, an archive, oci://…, or a name with --repo')
    .option('--repo <url>', 'the chart repository that the name is of')
    .option('--version <range>', 'a version, or a range such as ^1.2 (default: the newest)');
  return withFetchOptions(command).action(async (what: string, chart: string, flags: ShowFlags) => {
    const files = await filesOf(context, keyboard, chart, flags);
    const parts = what === 'all' ? Object.keys(PARTS) : [what];
    const found = parts.flatMap((part) => files.filter(({ name }) => PARTS[part]?.(name)));
    if (found.length === 0)
      throw new ProblemError({
        reason: 'NotFound',
        message: `${chart} has no ${what === 'all' ? 'files' : what}`,
      });
    context.stdout.write(found.map(textOf).join('---\n'));
  });
}

async function filesOf(
  context: CliContext,
  keyboard: Keyboard,
  chart: string,
  flags: ShowFlags,
): Promise<readonly HelmFile[]> {
  const { repo, version } = flags;
  const onDisk = repo === undefined ? filesOnDisk(chart) : undefined;
  if (onDisk) return onDisk;
  const named = { chart, ...(repo ? { repo } : {}), ...(version ? { version } : {}) };
  const fetcher = fetcherOf(context, keyboard, flags);
  const { archive } = await fetchNamed(fetcher, named, context.surroundings.fullEnvironment);
  return unpackChart(archive, chart);
}

function textOf({ bytes }: HelmFile): string {
  const text = Buffer.from(bytes).toString('utf8');
  return text.endsWith('\n') ? text : `${text}\n`;
}
