import { applyExtends } from './extends.ts';
import {
  checkServices,
  folderOf,
  type Loading,
  merge,
  readComposeFile,
  readEnvironmentFile,
  resolvePath,
} from './files.ts';
import type { Lookup } from './interpolate.ts';
import { entriesOf, type MapNode, mapAt, member, type Node, scalarAt } from './node.ts';
import { refuse } from './report.ts';

/** Deeper includes help nobody. */
const DEEPEST = 32;

const SECTIONS = ['services', 'networks', 'volumes', 'configs', 'secrets'];

/** A project with what its `include` brings: each with the folder and the environment of its own (specification, 14-include.md). */
export function applyIncludes(
  loading: Loading,
  root: MapNode,
  lookup: Lookup,
  chain: readonly string[],
): MapNode {
  const include = member(root, 'include');
  if (include === undefined) return root;
  const items = include.kind === 'list' ? include.items : [include];
  const own = mapAt(
    root,
    [...root.entries].filter(([key]) => key !== 'include'),
  );
  return items.reduce<MapNode>((project, item) => {
    const included = readIncluded(loading, item, lookup, chain);
    return included ? withResources(loading, project, included) : project;
  }, own);
}

/** What the project says itself of a resource stands above what is included. */
function withResources(loading: Loading, project: MapNode, included: MapNode): MapNode {
  loading.work.spend(project.entries.size, project.place);
  const sections = SECTIONS.flatMap((section): (readonly [string, Node])[] => {
    const brought = member(included, section);
    if (brought?.kind !== 'map') return [];
    const own = member(project, section);
    if (own?.kind !== 'map') return [[section, brought]];
    loading.work.spend(own.entries.size + brought.entries.size, brought.place);
    const merged = entriesOf(brought).map(([name, node]): readonly [string, Node] => {
      const over = own.entries.get(name);
      return [name, over ? merge(loading, node, over, [section, name]) : node];
    });
    return [[section, mapAt(own, [...own.entries, ...merged])]];
  });
  return mapAt(project, [...project.entries, ...sections]);
}

function readIncluded(
  loading: Loading,
  item: Node,
  lookup: Lookup,
  chain: readonly string[],
): MapNode | undefined {
  const files = pathsOf(item.kind === 'scalar' ? item : member(item, 'path')).map((path) =>
    resolvePath(item.base, path),
  );
  const [main] = files;
  const { report } = loading;
  if (main === undefined || files.includes(undefined))
    return refuse(
      report,
      item,
      'PathOutside',
      'include names no file of the repository',
      'Name a path inside of it.',
    );
  if (chain.includes(main) || chain.length > DEEPEST)
    return refuse(
      report,
      item,
      'IncludeCycle',
      `include goes round: ${[...chain, main].join(' → ')}`,
      'Break the circle.',
    );
  const directory = pathsOf(member(item, 'project_directory'))[0];
  const base = directory === undefined ? folderOf(main) : resolvePath(item.base, directory);
  if (base === undefined)
    return refuse(report, item, 'PathOutside', `${directory} is outside of the repository`);
  const inner = environmentOf(loading, item, base, lookup);
  const named = files.filter((file) => file !== undefined);
  return loadFiles(loading, { files: named, base, lookup: inner, at: item, chain });
}

/** Variables of the project stand before those of the included folder. */
function environmentOf(loading: Loading, item: Node, base: string, lookup: Lookup): Lookup {
  const named = pathsOf(member(item, 'env_file')).filter((path) => path !== '/dev/null');
  const own = member(item, 'env_file')
    ? named.map((path) => resolvePath(item.base, path))
    : [join(base, '.env')];
  const variables = own.map((file) => {
    const found = file === undefined ? undefined : readEnvironmentFile(loading, { file, lookup });
    if (!found && named.length > 0)
      refuse(loading.report, item, 'FileMissing', `there is no environment file ${file ?? named.join(', ')}`);
    return found;
  });
  return (name) => lookup(name) ?? variables.findLast((map) => map?.has(name))?.get(name);
}

export interface FilesToLoad {
  readonly files: readonly string[];
  readonly base: string;
  readonly lookup: Lookup;
  /** What names the files. */
  readonly at: Node;
  /** Files whose include led here. */
  readonly chain: readonly string[];
}

/** Several files as one project: later ones override earlier ones. undefined after a complaint. */
export function loadFiles(
  loading: Loading,
  { files, base, lookup, at, chain }: FilesToLoad,
): MapNode | undefined {
  const roots = files.flatMap((file) => {
    const root = readComposeFile(loading, { file, base, lookup, at });
    return root ? [applyExtends(loading, root, file, lookup)] : [];
  });
  const [first, ...others] = roots;
  if (!first || roots.length < files.length) return undefined;
  const merged = others.reduce<Node>((under, over) => merge(loading, under, over), first);
  if (merged.kind !== 'map') return undefined;
  const whole = applyIncludes(loading, merged, lookup, [...chain, ...files]);
  return checkServices(loading, whole, files[0] ?? '') ? whole : undefined;
}

function pathsOf(node: Node | undefined): readonly string[] {
  if (node === undefined) return [];
  const items = node.kind === 'list' ? node.items : [node];
  return items.flatMap((item) => (item.kind === 'scalar' && item.value !== null ? [String(item.value)] : []));
}

const join = (folder: string, file: string): string => (folder === '' ? file : `${folder}/${file}`);

/** What stands for whoever asked for a file, where no text of a compose file did. */
export const nobody = (file: string): Node =>
  scalarAt({ kind: 'scalar', value: null, place: { file }, base: '' }, null);
