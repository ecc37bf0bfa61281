import { gzipSync } from 'node:zlib';
import { failed, ok, type Problem, ProblemError, type Result } from '../base/errors.ts';
import type { FileTree } from '../base/filetree.ts';
import { TAR_END, tarEntry } from '../base/tar.ts';
import { isHandlebarsFile, readChart } from './chart.ts';
import { missingDependencies as missingBelowHelm } from './helm/dependencies.ts';
import type { Dialect } from './helm/dialect.ts';
import { chartFiles, type HelmFile, LIMITS, readUtf8 } from './helm/files.ts';
import { loadChart } from './helm/load.ts';
import { readMetadata } from './helm/metadata.ts';
import { missingDependencies } from './scope.ts';

/** What the packed Chart.yaml says otherwise than the one in the folder. */
export interface PackageChanges {
  readonly version?: string;
  readonly appVersion?: string;
}

export interface PackedChart {
  readonly name: string;
  readonly version: string;
  /** `NAME-VERSION.tgz`, as Helm calls it. */
  readonly fileName: string;
  readonly bytes: Uint8Array;
}

/**
 * A chart in a folder of the tree ('' for its root) as the archive that Helm, registries and repositories take: one folder with the name of the
 * chart, without what its `.helmignore` names. The same files give the same bytes: entries are sorted, times are the epoch, owners root. A chart that
 * could not be read again, or lacks one that it depends on, is refused.
 */
export function packChart(
  tree: FileTree,
  path: string,
  changes: PackageChanges,
  dialect: Dialect,
): Result<PackedChart> {
  try {
    const files = changed(chartFiles(tree, path).filter(isOfChart), changes, dialect);
    const [first, ...others] = problemsOf(files, dialect);
    if (first) return failed(first, ...others);
    const { name, version } = metadataOf(files, dialect);
    const packed = files.filter((file) => !isPackedBefore(file.name, name));
    return ok({ name, version, fileName: `${name}-${version}.tgz`, bytes: archiveOf(name, packed) });
  } catch (error) {
    if (error instanceof ProblemError) return failed(error.problem);
    throw error;
  }
}

/** A chart may be a repository of its own. */
const isOfChart = ({ name }: HelmFile): boolean => !name.split('/').includes('.git');

/** An archive of the same chart that a person left in its folder would be packed into the next one. */
const isPackedBefore = (path: string, name: string): boolean =>
  path.startsWith(`${name}-`) && /^-\d[^/]*\.tgz(?:\.prov)?$/.test(path.slice(name.length));

function metadataOf(files: readonly HelmFile[], dialect: Dialect) {
  const file = files.find(({ name }) => name === 'Chart.yaml');
  if (file) return readMetadata(file, dialect);
  throw new ProblemError({
    reason: 'ChartMissing',
    message: 'There is no Chart.yaml',
    place: { file: 'Chart.yaml' },
    remedy: 'Name the folder of a chart.',
  });
}

/** What keeps a chart from being read: a chart of Handlebars by our rules, any other by Helm's. */
function problemsOf(files: readonly HelmFile[], dialect: Dialect): readonly Problem[] {
  const total = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
  if (total > LIMITS.chart)
    return [
      {
        reason: 'ChartTooLarge',
        message: `The chart holds ${Math.ceil(total / 2 ** 20)} MiB; a packed one may have ${LIMITS.chart / 2 ** 20}`,
        remedy: 'Name in .helmignore what templates do not need.',
      },
    ];
  metadataOf(files, dialect);
  const isHandlebars = files.some(({ name }) => name.startsWith('templates/') && isHandlebarsFile(name));
  if (isHandlebars) {
    const chart = readChart(treeOf(files), '');
    return chart.ok ? missingDependencies(chart.value) : chart.problems;
  }
  const chart = loadChart(treeOf(files), '', { dialect, version: 4 });
  return chart.ok ? missingBelowHelm(chart.value) : chart.problems;
}

function treeOf(files: readonly HelmFile[]): FileTree {
  const byName = new Map(files.map(({ name, bytes }) => [name, bytes]));
  return {
    paths: [...byName.keys()].sort(),
    read: (path) => byName.get(path),
    digest: () => undefined,
  };
}

function archiveOf(folder: string, files: readonly HelmFile[]): Uint8Array {
  const sorted = [...files].sort((a, b) => (a.name < b.name ? -1 : 1));
  const entries = sorted.flatMap(({ name, bytes }) =>
    tarEntry({ type: 'file', path: `${folder}/${name}`, mode: 0o644, bytes: Buffer.from(bytes) }),
  );
  const packed = gzipSync(Buffer.concat([...entries, TAR_END]), { level: 9 });
  // RFC 1952: the operating system that packed it is 255 where nobody needs to know.
  packed[9] = 255;
  return packed;
}

function changed(files: readonly HelmFile[], changes: PackageChanges, dialect: Dialect): readonly HelmFile[] {
  const wanted = Object.entries(changes).filter(([, value]) => value !== undefined);
  if (wanted.length === 0) return files;
  return files.map((file) =>
    file.name === 'Chart.yaml'
      ? wanted.reduce(
          (one, [key, value]) => withField(one, key as keyof PackageChanges, value, dialect),
          file,
        )
      : file,
  );
}

/** A field of Chart.yaml replaced, with its comments and the order of its lines kept. @throws ProblemError */
function withField(file: HelmFile, key: keyof PackageChanges, value: string, dialect: Dialect): HelmFile {
  const text = readUtf8(file);
  const line = `${key}: ${JSON.stringify(value)}`;
  const field = new RegExp(`^${key}:.*$`, 'm');
  const said = field.test(text) ? text.replace(field, () => line) : `${text.trimEnd()}\n${line}\n`;
  const made = { ...file, bytes: Buffer.from(said) };
  if (dialect.isVersion(value) || key !== 'version') {
    // What is not written line by line, `{version: 1.0.0}` say, would have become something else.
    const before = { ...readMetadata(file, dialect), [key]: value };
    if (isSame(before, readMetadata(made, dialect))) return made;
    throw new ProblemError({
      reason: 'InvalidChart',
      message: `${key} cannot be replaced: Chart.yaml does not have it on a line of its own`,
      place: { file: file.file, line: 1 },
      remedy: `Write \`${line}\` on a line of its own.`,
    });
  }
  throw new ProblemError({
    reason: 'BadRequest',
    message: `--version: ${JSON.stringify(value)} is not a version`,
    remedy: 'Write one such as 1.2.0.',
  });
}

const isSame = (a: object, b: object): boolean => JSON.stringify(a) === JSON.stringify(b);
