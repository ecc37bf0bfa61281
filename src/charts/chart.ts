import { failed, ok, type Problem, type Result } from '../base/errors.ts';
import { type FileTree, readText } from '../base/filetree.ts';
import { remembering } from '../base/textmemo.ts';
import { keptWith } from '../base/weakmemo.ts';
import { isObject } from '../kube/values/equal.ts';
import type { JsonObject } from '../kube/values/types.ts';
import { parseYaml } from '../kube/values/yaml.ts';
import { type ChartMetadata, readMetadata } from './metadata.ts';
import type { ValuesSchema } from './schema.ts';
import { NO_VALUES, parseValues, type Values } from './values.ts';

export interface ChartFile {
  /** Path in the tree. */
  readonly file: string;
  readonly text: string;
}

/** A chart in a folder of the tree (Helm's layout, Chart.yaml v2). */
export interface Chart {
  /** Folder in the tree, '' for the root. */
  readonly path: string;
  readonly metadata: ChartMetadata;
  readonly values: Values;
  readonly schema?: ValuesSchema;
  /** `templates/**` without the `_` helper files, sorted by path. */
  readonly templates: readonly ChartFile[];
  /** Helper files below `templates/`, whose names begin with `_`, sorted by path. */
  readonly helpers: readonly ChartFile[];
  readonly notes?: ChartFile;
  /** `crds/*.yaml`: applied as they are. */
  readonly crds: readonly ChartFile[];
  /** Charts in `charts/`, by folder name. */
  readonly subcharts: readonly Chart[];
  /** Everything else, by path relative to the chart: what filesGet and filesGlob read. */
  readonly files: readonly string[];
}

export const join = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`);

/** Paths below a folder, relative to it. */
export function below(tree: FileTree, folder: string): string[] {
  if (folder === '') return [...tree.paths];
  return tree.paths.filter((p) => p.startsWith(`${folder}/`)).map((p) => p.slice(folder.length + 1));
}

/** Charts may be nested; deeper than this is a mistake. */
const MAX_NESTING = 8;

/**
 * Reads the chart in `path`. Problems name file and line; all that can be found at once are reported together. A thousand releases of one
 * chart read it once.
 */
export const readChart: (tree: FileTree, path: string) => Result<Chart> = keptWith((tree, path) =>
  readNested(tree, path, 0),
);

function readNested(tree: FileTree, path: string, nesting: number): Result<Chart> {
  if (nesting > MAX_NESTING) {
    return failed({ reason: 'InvalidChart', message: 'Charts are nested too deeply', place: { file: path } });
  }
  const metadata = readMetadata(tree, path);
  const values = readDefaults(tree, path);
  const schema = readSchema(tree, join(path, 'values.schema.json'));
  const subcharts = readSubcharts(tree, path, nesting);
  const problems = [metadata, values, schema, subcharts].flatMap((r) => (r.ok ? [] : [...r.problems]));
  const [first, ...others] = problems;
  if (first) return failed(first, ...others);
  if (!metadata.ok || !values.ok || !schema.ok || !subcharts.ok)
    throw new Error('unreachable: no problem, no value');

  const inside = below(tree, path);
  const texts = (select: (relative: string) => boolean): ChartFile[] =>
    inside.filter(select).flatMap((relative) => {
      const file = join(path, relative);
      const text = readText(tree, file);
      return text === undefined ? [] : [{ file, text }];
    });
  const [notes] = texts((p) => p === 'templates/NOTES.hbs' || p === 'NOTES.hbs');
  return ok({
    path,
    metadata: metadata.value,
    values: values.value,
    ...(schema.value ? { schema: schema.value } : {}),
    templates: texts((p) => isTemplate(p) && !isHelperFile(p) && !isNotes(p)),
    helpers: texts((p) => isTemplate(p) && isHelperFile(p)),
    ...(notes ? { notes } : {}),
    crds: texts((p) => /^crds\/.*\.ya?ml$/.test(p)),
    subcharts: subcharts.value,
    files: inside.filter((p) => !/^(templates|charts|crds)\//.test(p)),
  });
}

/** `deployment.yaml.hbs` and `deployment.hbs.yaml`: a chart with one of either is written for Handlebars, and not for Helm. */
export const isHandlebarsFile = (path: string): boolean => /\.hbs(\.ya?ml)?$/.test(path);

const isTemplate = (relative: string): boolean => /^templates\/.*\.(hbs|ya?ml|json)$/.test(relative);
const isHelperFile = (relative: string): boolean => /(^|\/)_[^/]*$/.test(relative);
const isNotes = (relative: string): boolean => /(^|\/)NOTES\.[^/]*$/.test(relative);

function readDefaults(tree: FileTree, path: string): Result<Values> {
  const file = join(path, 'values.yaml');
  const text = readText(tree, file);
  return text === undefined ? ok(NO_VALUES) : parseValues(text, file);
}

function readSchema(tree: FileTree, file: string): Result<ValuesSchema | undefined> {
  const text = readText(tree, file);
  if (text === undefined) return ok(undefined);
  return parseSchema(text, file);
}

/** Characters of schemas that are kept as read, and with each the validator that `schema.ts` makes of it. */
const KEPT_SCHEMAS = 2 ** 18;

const parseSchema = remembering(KEPT_SCHEMAS, (text, file): Result<ValuesSchema> => {
  const parsed = parseYaml(text, file);
  if (!parsed.ok) return parsed;
  if (isObject(parsed.value)) return ok({ file, schema: parsed.value as JsonObject });
  return failed({
    reason: 'InvalidSchema',
    message: 'A JSON Schema must be an object',
    place: { file, line: 1 },
  });
});

function readSubcharts(tree: FileTree, path: string, nesting: number): Result<Chart[]> {
  const folder = join(path, 'charts');
  const entries = below(tree, folder);
  const archives = entries.filter((p) => /^[^/]+\.(tgz|tar\.gz)$/.test(p));
  const problems: Problem[] = archives.map((archive) => ({
    reason: 'UnsupportedChart',
    message: `${archive} is a packed chart, which cannot be read yet`,
    place: { file: join(folder, archive) },
    remedy: 'Unpack it into a folder of the same name.',
  }));
  const names = [...new Set(entries.filter((p) => p.includes('/')).map((p) => p.slice(0, p.indexOf('/'))))];
  const charts: Chart[] = [];
  for (const name of names.filter((n) => entries.includes(`${n}/Chart.yaml`))) {
    const chart = readNested(tree, join(folder, name), nesting + 1);
    if (chart.ok) charts.push(chart.value);
    else problems.push(...chart.problems);
  }
  const [first, ...others] = problems;
  return first ? failed(first, ...others) : ok(charts);
}
