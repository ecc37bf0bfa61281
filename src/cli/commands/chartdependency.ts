import { basename, isAbsolute, join, resolve } from 'node:path';
import { Command } from 'commander';
import { ProblemError, unwrap } from '../../base/errors.ts';
import {
  type Asked,
  buildDependencies,
  type Resolved,
  type Sources,
  updateDependencies,
} from '../../charts/dependencies/resolve.ts';
import { presentVersions, statusOf } from '../../charts/dependencies/status.ts';
import { chartFiles, type HelmFile, readUtf8 } from '../../charts/helm/files.ts';
import { type HelmLock, lockText, readLock } from '../../charts/helm/lock.ts';
import { readMetadata } from '../../charts/helm/metadata.ts';
import { packChart } from '../../charts/package.ts';
import { locateKeys } from '../../kube/values/yaml-places.ts';
import { goDialect } from '../../render/helm/dialect.ts';
import { type FetchFlags, fetcherOf, withFetchOptions } from '../charts/fetching.ts';
import { helmRepositories, repositoryUrl } from '../charts/helmrepositories.ts';
import { vendor, writeLock } from '../charts/vendor.ts';
import { print } from '../command.ts';
import type { CliContext } from '../context.ts';
import { readChartFolder } from '../init/chartfolder.ts';
import { formatFittingTable } from '../output/table.ts';
import type { Keyboard } from '../password.ts';

export function chartDependencyCommand(context: CliContext, keyboard: Keyboard): Command {
  const folderCommand = (name: string, what: string): Command =>
    new Command(name).description(what).argument('[folder]', 'the chart', '.');
  const update = folderCommand('update', 'fetch what Chart.yaml asks for into charts/, and write Chart.lock');
  const build = folderCommand('build', 'fetch what Chart.lock names into charts/');
  const list = folderCommand('list', 'show what Chart.yaml asks for, and what charts/ has of it');
  withFetchOptions(update).action((folder: string, flags: FetchFlags) => {
    const chart = openChart(folder);
    return updateChart(context, chart, sourcesOf(context, keyboard, chart, flags));
  });
  withFetchOptions(build).action(async (folder: string, flags: FetchFlags) => {
    const chart = openChart(folder);
    const sources = sourcesOf(context, keyboard, chart, flags);
    if (!chart.lock) return updateChart(context, chart, sources);
    await write(context, chart, await buildDependencies(chart.asked, chart.lock, sources));
  });
  list.action((folder: string) => printList(context, openChart(folder)));
  return new Command('dependency')
    .alias('dep')
    .description('the charts that a chart depends on')
    .addCommand(update)
    .addCommand(build)
    .addCommand(list);
}

interface OpenChart {
  readonly folder: string;
  readonly files: readonly HelmFile[];
  readonly asked: Asked;
  readonly lockName: string;
  readonly lock?: HelmLock;
}

/** @throws ProblemError */
function openChart(given: string): OpenChart {
  const folder = resolve(given);
  const files = chartFiles(readChartFolder(folder), '');
  const named = (name: string): HelmFile | undefined => files.find((file) => file.name === name);
  const metadataFile = named('Chart.yaml');
  if (!metadataFile)
    throw new ProblemError({
      reason: 'ChartMissing',
      message: `There is no Chart.yaml in ${folder}`,
      remedy: 'Name the folder of a chart.',
    });
  const own = readMetadata(metadataFile, goDialect);
  const requirements = own.apiVersion === 'v2' ? undefined : named('requirements.yaml');
  const file = requirements ?? metadataFile;
  const metadata = requirements ? readMetadata(requirements, goDialect, own) : own;
  const lines = locateKeys(readUtf8(file));
  const lockName = metadata.apiVersion === 'v2' ? 'Chart.lock' : 'requirements.lock';
  const lockFile = named(lockName);
  return {
    folder,
    files,
    lockName,
    ...(lockFile ? { lock: readLock(lockFile, goDialect) } : {}),
    asked: {
      file: file.file,
      dependencies: metadata.dependencies,
      placeOf: (index) => ({ file: file.file, line: lines.get(`/dependencies/${index}`) ?? 1 }),
      isOld: metadata.apiVersion !== 'v2',
    },
  };
}

function sourcesOf(context: CliContext, keyboard: Keyboard, chart: OpenChart, flags: FetchFlags): Sources {
  const known = helmRepositories(context.surroundings.fullEnvironment);
  return {
    fetcher: fetcherOf(context, keyboard, flags),
    dialect: goDialect,
    urlOf: (repository) => repositoryUrl(repository, known),
    presentVersions: (name) => presentVersions(name, chart.files, goDialect),
    packLocal: (path) => {
      const tree = readChartFolder(isAbsolute(path) ? path : join(chart.folder, path));
      const { version, bytes } = unwrap(packChart(tree, '', {}, goDialect));
      return { version, archive: bytes };
    },
  };
}

async function updateChart(context: CliContext, chart: OpenChart, sources: Sources): Promise<void> {
  if (chart.asked.dependencies.length === 0) return print(context, 'The chart depends on no others.');
  const { dependencies, lock } = await updateDependencies(chart.asked, sources);
  for (const [name, digest] of lock.archives) {
    const before = chart.lock?.archives.get(name);
    if (before !== undefined && before !== digest)
      context.stderr.write(`warning: ${name} is not what it was: ${digest}, and before ${before}\n`);
  }
  await write(context, chart, dependencies);
  if (chart.lock && isSameLock(chart.lock, lock)) return;
  const generated = new Date(context.clock.now()).toISOString();
  await writeLock(join(chart.folder, chart.lockName), lockText(lock, generated, goDialect));
  print(context, `Wrote ${chart.lockName}: commit it with charts/.`);
}

/** A lock that says the same keeps the time at which it was made. */
const isSameLock = (a: Omit<HelmLock, 'file'>, b: Omit<HelmLock, 'file'>): boolean =>
  a.digest === b.digest && JSON.stringify([...a.archives].sort()) === JSON.stringify([...b.archives].sort());

async function write(
  context: CliContext,
  chart: OpenChart,
  dependencies: readonly Resolved[],
): Promise<void> {
  const { removed } = await vendor(chart.folder, dependencies);
  for (const { locked, archive } of dependencies) {
    const what = archive
      ? `charts/${archive.fileName}  ${archive.digest}`
      : `charts/${locked.name}, as it is there`;
    print(context, what);
  }
  for (const name of removed) print(context, `removed charts/${name}`);
}

function printList(context: CliContext, { asked, files, folder }: OpenChart): void {
  const rows = asked.dependencies.map((one) => [
    one.name,
    one.version,
    one.repository,
    statusOf(one, files, goDialect),
  ]);
  const table = formatFittingTable(['NAME', 'VERSION', 'REPOSITORY', 'STATUS'], rows, context.stdout.columns);
  print(context, rows.length === 0 ? `${basename(folder)} depends on no other charts.` : table);
}
