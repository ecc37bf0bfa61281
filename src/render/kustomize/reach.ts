import { ProblemError } from '../../base/errors.ts';
import { type FileTree, readText } from '../../base/filetree.ts';
import type { Place } from '../../base/place.ts';
import { KUSTOMIZATION_FILES } from '../../model/kustomizationfiles.ts';
import { Files, join } from './files.ts';
import { chartsOf } from './helmcharts/inflate.ts';
import { chartPaths } from './helmcharts/locate.ts';
import { type Entry, entriesOf, readKustomization } from './kustomization/read.ts';
import { folderIn, isRemote, type RemoteBase, remoteBase } from './remote.ts';
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
      const next = folderOf(folder, name);
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

/** Where an entry leads to: below the folder, or in another repository that is mounted. */
function folderOf(folder: string, name: string): string | undefined {
  if (name.startsWith('/')) return undefined;
  const base = isRemote(name) ? baseOf(name) : undefined;
  return base ? folderIn(base) : join(folder, name);
}

function baseOf(name: string, place: Place = { file: '.' }): RemoteBase | undefined {
  try {
    return remoteBase(name, place);
  } catch (error) {
    if (error instanceof ProblemError) return undefined;
    throw error;
  }
}

/** A base of another repository, and where a kustomization names it. */
export interface FoundBase {
  readonly base: RemoteBase;
  readonly place: Place;
}

/** The bases of other repositories that a build of a folder leads to, as far as what is mounted goes. What cannot be one, the build refuses. */
export function remoteBases(tree: FileTree, path: string): readonly FoundBase[] {
  return kustomizationFolders(tree, path).flatMap((folder) => {
    if (kustomizationFile(tree, folder) === undefined) return [];
    return readIn(tree, folder).flatMap(({ path: name, place }) => {
      const base = isRemote(name) ? baseOf(name, place) : undefined;
      return base ? [{ base, place }] : [];
    });
  });
}

/** A folder of a chart, or its archive. */
const isChart = (tree: FileTree, path: string): boolean =>
  tree.digest(path.endsWith('.tgz') ? path : path === '' ? 'Chart.yaml' : `${path}/Chart.yaml`) !== undefined;

/** All that may be another kustomization, or a chart. What cannot be read leads nowhere: the build says what is wrong with it. */
const entriesIn = (tree: FileTree, folder: string): string[] => readIn(tree, folder).map(({ path }) => path);

function readIn(tree: FileTree, folder: string): Entry[] {
  try {
    const { resources, components, fields } = readKustomization(new Files(tree, folder));
    const charts = chartsOf(fields, '').flatMap((chart) =>
      chartPaths(chart).map((path) => ({ path, place: chart.place })),
    );
    const plugins = entriesOf([...(fields.generators ?? []), ...(fields.transformers ?? [])]);
    return [...resources, ...components, ...plugins.filter(({ path }) => !isInline(path)), ...charts];
  } catch (error) {
    if (error instanceof ProblemError) return [];
    throw error;
  }
}
