import { failed, ok, ProblemError, type Result } from '../../base/errors.ts';
import type { FileTree } from '../../base/filetree.ts';
import { unpackChart } from './archive.ts';
import type { Dialect, HelmVersion } from './dialect.ts';
import { chartFiles, type HelmFile, readUtf8 } from './files.ts';
import { type HelmLock, readLock } from './lock.ts';
import { checkMetadata, type HelmMetadata, readMetadata, readYaml } from './metadata.ts';
import { type HelmMap, type HelmValue, isTable, overlay } from './values.ts';

/** A Helm chart as it is written. Nothing of it is ever changed. */
export interface HelmChart {
  /** The folder or the archive that holds it. */
  readonly path: string;
  readonly metadata: HelmMetadata;
  readonly metadataFile: HelmFile;
  readonly lock?: HelmLock;
  /** Its values.yaml. */
  readonly values: HelmMap;
  readonly valuesFile?: HelmFile;
  /** Its values.schema.json. */
  readonly schema?: HelmFile;
  /** Everything in `templates/`. */
  readonly templates: readonly HelmFile[];
  /** What templates read as `.Files`, crds/ among it. */
  readonly files: readonly HelmFile[];
  /** The charts in `charts/`, by their names there. */
  readonly dependencies: readonly HelmChart[];
}

export interface LoadOptions {
  readonly dialect: Dialect;
  readonly version: HelmVersion;
}

/** Charts may be nested; deeper than this is a mistake. */
const MAX_NESTING = 16;

/** Reads the Helm chart in a folder of the tree, or in an archive of it (`.tgz`). */
export function loadChart(tree: FileTree, path: string, options: LoadOptions): Result<HelmChart> {
  try {
    const packed = /\.(tgz|tar\.gz)$/.test(path) ? tree.read(path) : undefined;
    const files = packed ? unpackChart(packed, path) : chartFiles(tree, path);
    return ok(loadFiles(files, path, options, 0));
  } catch (error) {
    if (error instanceof ProblemError) return failed(error.problem);
    throw error;
  }
}

/** A chart of its files (`LoadFiles` of pkg/chart/v2/loader/load.go). @throws ProblemError */
function loadFiles(all: readonly HelmFile[], path: string, options: LoadOptions, nesting: number): HelmChart {
  if (nesting > MAX_NESTING)
    throw new ProblemError({
      reason: 'InvalidChart',
      message: 'Charts are nested too deeply',
      place: { file: path },
    });
  const named = new Map(all.map((file) => [file.name, file]));
  const metadataFile = named.get('Chart.yaml');
  if (!metadataFile) throw missing(path);
  const metadata = metadataOf(metadataFile, named.get('requirements.yaml'), options.dialect);
  const valuesFile = named.get('values.yaml');
  const schema = named.get('values.schema.json');
  const lockFile = named.get('Chart.lock') ?? named.get('requirements.lock');
  return {
    path,
    metadata,
    metadataFile,
    ...(lockFile ? { lock: readLock(lockFile, options.dialect) } : {}),
    values: valuesFile ? readValues(readUtf8(valuesFile), valuesFile.file, options) : new Map(),
    ...(valuesFile ? { valuesFile } : {}),
    ...(schema ? { schema } : {}),
    templates: all.filter(({ name }) => name.startsWith('templates/')),
    files: all.filter(({ name }) => isFile(name, metadata)),
    dependencies: loadDependencies(all, path, options, nesting),
  };
}

const missing = (path: string): ProblemError =>
  new ProblemError({
    reason: 'ChartMissing',
    message: 'There is no Chart.yaml',
    place: { file: path === '' ? 'Chart.yaml' : `${path}/Chart.yaml` },
    remedy: 'Add a Chart.yaml with apiVersion: v2, name and version.',
  });

function metadataOf(file: HelmFile, requirements: HelmFile | undefined, dialect: Dialect): HelmMetadata {
  const read = readMetadata(file, dialect);
  const named = read.apiVersion === '' ? { ...read, apiVersion: 'v1' } : read;
  const metadata = requirements ? readMetadata(requirements, dialect, named) : named;
  checkMetadata(metadata, file, dialect);
  return metadata;
}

const READ_BY_HELM: ReadonlySet<string> = new Set([
  'Chart.yaml',
  'Chart.lock',
  'values.yaml',
  'values.schema.json',
]);
const OF_OLD: ReadonlySet<string> = new Set(['requirements.yaml', 'requirements.lock']);

function isFile(name: string, { apiVersion }: HelmMetadata): boolean {
  if (READ_BY_HELM.has(name) || name.startsWith('templates/')) return false;
  if (OF_OLD.has(name)) return apiVersion === 'v1';
  return !name.startsWith('charts/') || name.endsWith('.prov');
}

/**
 * The values of a file. Helm 4 merges the documents of one that has several; Helm 3 reads the first.
 * @throws ProblemError
 */
export function readValues(text: string, file: string, { dialect, version }: LoadOptions): HelmMap {
  const documents = version === 4 ? splitDocuments(text) : [text];
  return documents.map((one) => asTable(readYaml(one, file, dialect), file)).reduce(overlay, new Map());
}

/** Lines that begin with `---` part documents, a comment may follow (k8s.io/apimachinery `YAMLReader`). */
function splitDocuments(text: string): string[] {
  return /^---/m.test(text) ? text.split(/^---[^\n]*(?:\n|$)/m) : [text];
}

function asTable(value: HelmValue, file: string): HelmMap {
  if (value === null) return new Map();
  if (isTable(value)) return value;
  throw new ProblemError({
    reason: 'InvalidValues',
    message: `${file} holds ${Array.isArray(value) ? 'a list' : 'a scalar'}: values must be a map`,
    place: { file, line: 1 },
    remedy: 'Write `name: value` lines.',
  });
}

function loadDependencies(
  all: readonly HelmFile[],
  path: string,
  options: LoadOptions,
  nesting: number,
): HelmChart[] {
  const groups = new Map<string, HelmFile[]>();
  for (const file of all) {
    if (!file.name.startsWith('charts/') || file.name.endsWith('.prov')) continue;
    const name = file.name.slice('charts/'.length);
    const group = name.split('/', 1)[0] ?? '';
    const known = groups.get(group);
    if (known) known.push({ ...file, name });
    else groups.set(group, [{ ...file, name }]);
  }
  const names = [...groups.keys()].filter((name) => !/^[_.]/.test(name)).sort();
  return names.map((name) => {
    const files = groups.get(name) ?? [];
    const inside = `${path === '' ? '' : `${path}/`}charts/${name}`;
    const unpacked = name.endsWith('.tgz') ? unpackOne(files, name) : withoutFolder(files);
    return loadFiles(unpacked, inside, options, nesting + 1);
  });
}

function unpackOne([first]: readonly HelmFile[], name: string): HelmFile[] {
  if (first?.name === name) return unpackChart(first.bytes, first.file);
  throw new ProblemError({
    reason: 'InvalidChart',
    message: `charts/${name} is a folder with the name of an archive`,
    place: { file: first?.file ?? name },
    remedy: 'Name it without .tgz.',
  });
}

/** A file that lies in `charts/` itself is part of no chart. */
function withoutFolder(files: readonly HelmFile[]): HelmFile[] {
  return files.flatMap((file) => {
    const slash = file.name.indexOf('/');
    return slash < 0 ? [] : [{ ...file, name: file.name.slice(slash + 1) }];
  });
}
