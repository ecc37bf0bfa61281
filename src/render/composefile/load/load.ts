import type { FileTree } from '../../../base/filetree.ts';
import { COMPOSE_FILES } from '../../../model/composefiles.ts';
import { type Loading, readEnvironmentFile, resolvePath } from './files.ts';
import { loadFiles, nobody } from './include.ts';
import { type Lookup, newBudget } from './interpolate.ts';
import type { MapNode } from './node.ts';
import { type Report, refuse, warn } from './report.ts';
import { Work } from './work.ts';

export interface LoadRequest {
  readonly tree: FileTree;
  /** Folder of the app, '' for the root. */
  readonly path: string;
  /** Variables that stand before those of `.env`. */
  readonly variables: ReadonlyMap<string, string>;
  /** What several loads share. */
  readonly work?: Work;
}

export interface Loaded {
  readonly root: MapNode;
  readonly lookup: Lookup;
  readonly loading: Loading;
  /** The file that the project begins with. */
  readonly file: string;
}

/** Files that COMPOSE_FILE may name; most name two. */
const MOST_NAMED = 20;

/** The first of the names that a folder has. */
export const composeFileIn = (tree: FileTree, path: string): string | undefined =>
  COMPOSE_FILES.map((name) => join(path, name)).find((file) => tree.digest(file) !== undefined);

/**
 * The project of a folder: its variables, then the files that COMPOSE_FILE names or the one with a name of Compose, with everything that they
 * extend and include. undefined after a complaint.
 */
export function loadProject(
  { tree, path, variables, work = new Work() }: LoadRequest,
  report: Report,
): Loaded | undefined {
  const loading: Loading = {
    ...{ tree, report, work, budget: newBudget() },
    ...{ known: new WeakMap(), environments: new WeakMap() },
  };
  const given: Lookup = (name) => variables.get(name);
  const dotenv =
    readEnvironmentFile(loading, { file: join(path, '.env'), lookup: given }) ?? new Map<string, string>();
  const lookup: Lookup = (name) => variables.get(name) ?? dotenv.get(name);
  const files = filesOf(tree, path, lookup);
  if (files.length > MOST_NAMED)
    return refuse(
      report,
      nobody(join(path, '.env')),
      'ComposeTooLarge',
      `COMPOSE_FILE names more than ${MOST_NAMED} files`,
      'Name fewer, or include them.',
    );
  const [file] = files;
  if (file === undefined) return undefined;
  sayOverride(tree, path, files, report);
  const root = loadFiles(loading, { files, base: path, lookup, at: nobody(file), chain: [] });
  return root && { root, lookup, loading, file };
}

function filesOf(tree: FileTree, path: string, lookup: Lookup): readonly string[] {
  const named = lookup('COMPOSE_FILE');
  if (named) {
    const separator = lookup('COMPOSE_PATH_SEPARATOR') || ':';
    return named
      .split(separator, MOST_NAMED + 1)
      .filter(Boolean)
      .map((file) => resolvePath(path, file) ?? file);
  }
  const found = composeFileIn(tree, path);
  return found === undefined ? [] : [found];
}

/** `docker compose up` reads it beside the compose file; most hold what is for the machine of a developer. */
function sayOverride(tree: FileTree, path: string, files: readonly string[], report: Report): void {
  for (const name of COMPOSE_FILES) {
    const file = join(path, name.replace(/\.(ya?ml)$/, '.override.$1'));
    if (tree.digest(file) === undefined || files.includes(file)) continue;
    warn(
      report,
      { place: { file } },
      'OverrideNotRead',
      `${file} is not read: it is taken to be for development`,
      `If it is for this environment, name both: COMPOSE_FILE: ${name}:${name.replace(/\.(ya?ml)$/, '.override.$1')} in the values of the app.`,
    );
  }
}

const join = (folder: string, file: string): string => (folder === '' ? file : `${folder}/${file}`);
