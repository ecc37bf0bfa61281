import { ProblemError } from '../../base/errors.ts';
import { type FileTree, readText } from '../../base/filetree.ts';
import { KUSTOMIZATION_FILES } from '../../model/kustomizationfiles.ts';
import { Files, join } from './files.ts';
import { chartsOf } from './helmcharts/inflate.ts';
import { chartPaths } from './helmcharts/locate.ts';
import { text } from './kustomization/decode.ts';
import { readKustomization } from './kustomization/read.ts';
import { isInline } from './transformers/list.ts';

/** As many as a build may enter: whoever asks is the daemon, which has other things to do. */
const MOST_ENTRIES = 5_000;
/** Characters of kustomizations that are read; those of one environment are a few thousand. */
const MOST_TEXT = 2 ** 21;

/** The folders that a build of a kustomization reads, and charts that are files: its own, and those of all that it leads to. Empty where there is none. */
export function kustomizationFolders(tree: FileTree, path: string): readonly string[] {
  const found = new Set<string>();
  const seen = new Set([path]);
  const waiting = [path];
  const left = { entries: MOST_ENTRIES, text: MOST_TEXT };
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    const file = kustomizationFile(tree, folder);
    if (isChart(tree, folder)) found.add(folder);
    if (file === undefined) continue;
    found.add(folder);
    left.text -= readText(tree, file)?.length ?? 0;
    if (left.text < 0) break;
    for (const name of entriesIn(tree, folder)) {
      const next = name.startsWith('/') ? undefined : join(folder, name);
      if (left.entries-- <= 0) return [...found];
      if (next === undefined || seen.has(next)) continue;
      seen.add(next);
      waiting.push(next);
    }
  }
  return [...found];
}

function kustomizationFile(tree: FileTree, folder: string): string | undefined {
  const paths = KUSTOMIZATION_FILES.map((name) => (folder === '' ? name : `${folder}/${name}`));
  return paths.find((file) => tree.digest(file) !== undefined);
}

/** A folder of a chart, or its archive. */
const isChart = (tree: FileTree, path: string): boolean =>
  tree.digest(path.endsWith('.tgz') ? path : path === '' ? 'Chart.yaml' : `${path}/Chart.yaml`) !== undefined;

/** All that may be another kustomization, or a chart. What cannot be read leads nowhere: the build says what is wrong with it. */
function entriesIn(tree: FileTree, folder: string): string[] {
  try {
    const { resources, components, fields } = readKustomization(new Files(tree, folder));
    const charts = chartsOf(fields, '').flatMap(chartPaths);
    const plugins = [...(fields.generators ?? []), ...(fields.transformers ?? [])].map(text);
    return [
      ...[...resources, ...components].map(({ path }) => path),
      ...plugins.filter((one) => !isInline(one)),
      ...charts,
    ];
  } catch (error) {
    if (error instanceof ProblemError) return [];
    throw error;
  }
}
