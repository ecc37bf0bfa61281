import { Command } from 'commander';
import { newestFirst } from '../../charts/helm/versions.ts';
import { isOci } from '../../charts/registry/reference.ts';
import type { ChartFetcher } from '../../charts/remote/fetcher.ts';
import type { IndexEntry } from '../../charts/repository/index.ts';
import { goDialect } from '../../render/helm/dialect.ts';
import { type FetchFlags, fetcherOf, withFetchOptions } from '../charts/fetching.ts';
import { helmRepositories, repositoryUrl } from '../charts/helmrepositories.ts';
import { ociSource } from '../charts/named.ts';
import { outputOption, print, printJson } from '../command.ts';
import type { CliContext } from '../context.ts';
import { formatFittingTable } from '../output/table.ts';
import type { Keyboard } from '../password.ts';

interface SearchFlags extends FetchFlags {
  readonly versions?: boolean;
  readonly output: 'text' | 'json';
}

/** What is told of a version. A registry knows versions alone. */
type Found = Pick<IndexEntry, 'name' | 'version'> & Partial<Pick<IndexEntry, 'appVersion' | 'description'>>;

export function chartSearchCommand(context: CliContext, keyboard: Keyboard): Command {
  const command = new Command('search')
    .description('list the charts of a repository, or the versions of a chart of a registry')
    .argument('<where>', 'https://HOST/PATH or @NAME, or oci://HOST/REPOSITORY with the chart’s name')
    .argument('[word]', 'of the name or the description')
    .option('--versions', 'every version, not only the newest')
    .addOption(outputOption());
  return withFetchOptions(command).action(
    async (where: string, word: string | undefined, flags: SearchFlags) => {
      const fetcher = fetcherOf(context, keyboard, flags);
      const known = helmRepositories(context.surroundings.fullEnvironment);
      const found = isOci(where)
        ? await inRegistry(fetcher, where)
        : await inRepository(fetcher, repositoryUrl(where, known), word ?? '', flags.versions === true);
      if (flags.output === 'json') return printJson(context, found);
      print(context, found.length === 0 ? 'Nothing was found.' : tableOf(found, context.stdout.columns));
    },
  );
}

async function inRegistry(fetcher: ChartFetcher, where: string): Promise<readonly Found[]> {
  const source = ociSource(where);
  return (await fetcher.versions(source)).map((version) => ({ name: source.name, version }));
}

async function inRepository(
  fetcher: ChartFetcher,
  repository: string,
  word: string,
  all: boolean,
): Promise<readonly Found[]> {
  const index = await fetcher.index(repository);
  const found = [...index]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, entries]) => newest(entries, all));
  const wanted = word.toLowerCase();
  return found
    .filter(({ name, description }) => `${name} ${description}`.toLowerCase().includes(wanted))
    .map(({ name, version, appVersion, description, isDeprecated }) => ({
      ...{ name, version, appVersion },
      description: isDeprecated ? `DEPRECATED ${description}` : description,
    }));
}

/** Prereleases are shown where every version is. */
function newest(entries: readonly IndexEntry[], all: boolean): readonly IndexEntry[] {
  const order = newestFirst([...new Set(entries.map(({ version }) => version))], goDialect);
  const sorted = order.flatMap((version) => entries.find((one) => one.version === version) ?? []);
  return all ? sorted : sorted.filter(({ version }) => goDialect.satisfies(version, '*')).slice(0, 1);
}

function tableOf(found: readonly Found[], columns: number | undefined): string {
  const isBare = found.every(({ description }) => description === undefined);
  if (isBare)
    return formatFittingTable(
      ['NAME', 'VERSION'],
      found.map(({ name, version }) => [name, version]),
      columns,
    );
  // A description is as long as its author liked: the last column is what gives way.
  const rows = found.map(({ name, version, appVersion = '', description = '' }) => [
    name,
    version,
    appVersion,
    description,
  ]);
  const room = Math.max(
    ...rows.map((row) => row.slice(0, 3).reduce((sum, cell) => sum + cell.length + 3, 0)),
  );
  const width = Math.max(
    20,
    (columns ?? Number.POSITIVE_INFINITY) - Math.max(room, 'NAMEVERSIONAPP VERSION'.length + 9),
  );
  const cut = (text: string): string => (text.length > width ? `${text.slice(0, width - 1)}…` : text);
  return formatFittingTable(
    ['NAME', 'VERSION', 'APP VERSION', 'DESCRIPTION'],
    rows.map(([name = '', version = '', appVersion = '', description = '']) => [
      name,
      version,
      appVersion,
      cut(description.replaceAll(/\s+/g, ' ')),
    ]),
    columns,
  );
}
