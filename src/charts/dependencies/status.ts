import { ProblemError } from '../../base/errors.ts';
import { unpackChart } from '../helm/archive.ts';
import type { Dialect } from '../helm/dialect.ts';
import type { HelmFile } from '../helm/files.ts';
import { type HelmDependency, type HelmMetadata, readMetadata } from '../helm/metadata.ts';

/** Words of `helm dependency list` (pkg/action/dependency.go). */
export type DependencyStatus =
  | 'ok'
  | 'unpacked'
  | 'missing'
  | 'wrong version'
  | 'too many matches'
  | 'misnamed'
  | 'corrupt';

/** What `charts/` has of each dependency. `files` are those of the chart, by their paths in it. */
export function statusOf(
  one: HelmDependency,
  files: readonly HelmFile[],
  dialect: Dialect,
): DependencyStatus {
  const archives = files.filter(
    ({ name }) => name.startsWith(`charts/${one.name}-`) && /^[^/]+\.tgz$/.test(name.slice('charts/'.length)),
  );
  const versioned = archives.filter(({ name }) =>
    /^\d+\.\d+\.\d+(?:[-+].*)?$/.test(name.slice(`charts/${one.name}-`.length, -'.tgz'.length)),
  );
  if (archives.length > 1 && versioned.length > 1) return 'too many matches';
  const archive = archives.length === 1 ? archives[0] : versioned[0];
  if (archive) return archiveStatus(one, archive, dialect);
  const folder = files.find(
    (file) => /^charts\/[^/]+\/Chart\.yaml$/.test(file.name) && readMetadata(file, dialect).name === one.name,
  );
  if (!folder) return 'missing';
  return fits(one, readMetadata(folder, dialect), dialect) ? 'unpacked' : 'wrong version';
}

function archiveStatus(one: HelmDependency, archive: HelmFile, dialect: Dialect): DependencyStatus {
  const metadata = metadataIn(archive, dialect);
  if (!metadata) return 'corrupt';
  if (metadata.name !== one.name) return 'misnamed';
  return fits(one, metadata, dialect) ? 'ok' : 'wrong version';
}

/** Chart.yaml of a packed chart; undefined for what is none. */
export function metadataIn(archive: HelmFile, dialect: Dialect): HelmMetadata | undefined {
  try {
    const file = unpackChart(archive.bytes, archive.file).find(({ name }) => name === 'Chart.yaml');
    return file && readMetadata(file, dialect);
  } catch (error) {
    if (error instanceof ProblemError) return undefined;
    throw error;
  }
}

const fits = ({ version }: HelmDependency, metadata: HelmMetadata, dialect: Dialect): boolean =>
  metadata.version === version || dialect.satisfies(metadata.version, version || '*');

/** Versions of a chart that lie in charts/, in folders or archives. */
export const presentVersions = (
  name: string,
  files: readonly HelmFile[],
  dialect: Dialect,
): readonly string[] =>
  files.flatMap((file) => {
    const isArchive = /^charts\/[^/]+\.tgz$/.test(file.name);
    const isFolder = /^charts\/[^/]+\/Chart\.yaml$/.test(file.name);
    const metadata = isArchive
      ? metadataIn(file, dialect)
      : isFolder
        ? readMetadata(file, dialect)
        : undefined;
    return metadata?.name === name ? [metadata.version] : [];
  });
