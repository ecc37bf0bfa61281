import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { ProblemError } from '../../base/errors.ts';
import { unpackChart } from '../../charts/helm/archive.ts';
import { chartFiles, type HelmFile } from '../../charts/helm/files.ts';
import { isOci, parseReference, versionOf } from '../../charts/registry/reference.ts';
import type { ChartFetcher, ChartSource, FetchedChart } from '../../charts/remote/fetcher.ts';
import { readFolder } from '../init/foldertree.ts';
import { helmRepositories, repositoryUrl } from './helmrepositories.ts';

/** A chart as a command line names it. */
export interface NamedChart {
  /** `oci://host/charts/web[:1.2.3][@sha256:…]`, `https://…/web-1.2.3.tgz`, `@name/web`, or `web` with `repo`. */
  readonly chart: string;
  readonly repo?: string;
  /** A version or a range. */
  readonly version?: string;
}

type Environment = Readonly<Record<string, string>>;

/** Fetches what is named. @throws ProblemError */
export async function fetchNamed(
  fetcher: ChartFetcher,
  named: NamedChart,
  env: Environment,
): Promise<FetchedChart> {
  const { chart, version = '' } = named;
  if (isOci(chart)) {
    const reference = parseReference(chart);
    const { tag, digest } = reference;
    if (tag && version !== '' && versionOf(tag) !== version) throw twoVersions(chart, version);
    if (digest) return { ...(await fetcher.pull(reference)), version: versionOf(tag ?? '') };
    const source = ociSource(chart);
    const exact = tag ? versionOf(tag) : await fetcher.resolve(source, version);
    return fetcher.fetch(source, exact);
  }
  if (/^https?:\/\//.test(chart)) return { ...(await fetcher.archive(chart)), version };
  const source = classicSource(named, env);
  return fetcher.fetch(source, await fetcher.resolve(source, version));
}

/** `oci://host/charts/web:1.2.3` without its version: the repository, and the chart in it. */
export function ociSource(text: string): ChartSource {
  const { host, repository } = parseReference(text);
  const path = `oci://${host}/${repository}`;
  const slash = path.lastIndexOf('/');
  return { repository: path.slice(0, slash), name: path.slice(slash + 1) };
}

function classicSource({ chart, repo }: NamedChart, env: Environment): ChartSource {
  if (repo !== undefined) return { repository: repositoryUrl(repo, helmRepositories(env)), name: chart };
  const [, alias, name] = /^(@[^/]+)\/([^/]+)$/.exec(chart) ?? [];
  if (alias && name) return { repository: repositoryUrl(alias, helmRepositories(env)), name };
  throw new ProblemError({
    reason: 'BadRequest',
    message: `${JSON.stringify(chart)} does not say where the chart is`,
    remedy: 'Write oci://HOST/REPOSITORY, or NAME --repo https://HOST/PATH.',
  });
}

const twoVersions = (chart: string, version: string): ProblemError =>
  new ProblemError({
    reason: 'BadRequest',
    message: `${chart} names another version than --version ${version}`,
    remedy: 'Give one of them.',
  });

/** A packed chart or a folder on this machine; undefined: nothing has this path. */
export function filesOnDisk(path: string): readonly HelmFile[] | undefined {
  if (!existsSync(path)) return undefined;
  if (statSync(path).isDirectory()) return chartFiles(readFolder(resolve(path)), '');
  return unpackChart(readFileSync(path), basename(path));
}
