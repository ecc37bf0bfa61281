import type { Problem } from '../../../base/errors.ts';
import { type FileTree, readText } from '../../../base/filetree.ts';
import type { Place } from '../../../base/place.ts';
import { parseEnvFile, parseRawEnvFile } from './dotenv.ts';
import { type Budget, interpolateNode, type Lookup } from './interpolate.ts';
import { mergeNodes } from './merge.ts';
import { entriesOf, type MapNode, member, type Node } from './node.ts';
import { parseComposeFile } from './parse.ts';
import { type Report, refuse } from './report.ts';
import type { Work } from './work.ts';

/** What the loading of one project shares. */
export interface Loading {
  readonly tree: FileTree;
  readonly report: Report;
  readonly budget: Budget;
  readonly work: Work;
  /** What files said, by their variables, then by folder and file: each is parsed once. */
  readonly known: WeakMap<Lookup, Map<string, MapNode | undefined>>;
  readonly environments: WeakMap<Lookup, Map<string, ReadonlyMap<string, string> | undefined>>;
}

const MOST_SERVICES = 300;

/** A path that is written in a file, from the root of the tree; undefined where it leads outside or is absolute. */
export function resolvePath(base: string, path: string): string | undefined {
  if (path.startsWith('/') || path.startsWith('~')) return undefined;
  const parts: string[] = base === '' ? [] : base.split('/');
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join('/');
}

export const folderOf = (file: string): string =>
  file.includes('/') ? file.slice(0, file.lastIndexOf('/')) : '';

interface FileToRead {
  readonly file: string;
  /** Where its relative paths start. */
  readonly base: string;
  readonly lookup: Lookup;
  /** What names it. */
  readonly at: { readonly place: Place };
}

/** A compose file, its documents merged and its variables replaced; undefined after a complaint at what named it. */
export function readComposeFile(loading: Loading, request: FileToRead): MapNode | undefined {
  loading.work.read(request.at.place);
  const known = loading.known.get(request.lookup) ?? new Map<string, MapNode | undefined>();
  loading.known.set(request.lookup, known);
  const key = `${request.base}\0${request.file}`;
  if (!known.has(key)) known.set(key, parsedFile(loading, request));
  return known.get(key);
}

function parsedFile(loading: Loading, { file, base, lookup, at }: FileToRead): MapNode | undefined {
  const { tree, report, budget, work } = loading;
  const text = readText(tree, file);
  if (text === undefined)
    return refuse(report, at, 'FileMissing', `there is no file ${file}`, 'Add it to the folder of the app.');
  work.bytes(text, { file });
  const parsed = parseComposeFile(text, file, base);
  if (!parsed.ok) {
    report.problems.push(...parsed.problems);
    return undefined;
  }
  for (const node of parsed.value) work.nodes(node, { file });
  const [first, ...others] = parsed.value.map((node) => interpolateNode(node, { lookup, budget, report }));
  if (!first) return undefined;
  const merged = others.reduce<Node>((under, over) => merge(loading, under, over), first);
  if (merged.kind !== 'map')
    return refuse(report, merged, 'InvalidCompose', 'a compose file is a map', 'Begin with services:.');
  return checkServices(loading, merged, file) ? merged : undefined;
}

/** What two trees come to, counted. */
export function merge(
  { work }: Loading,
  under: Node,
  over: Node,
  path: readonly string[] = [],
): ReturnType<typeof mergeNodes> {
  work.nodes(under, over.place);
  work.nodes(over, over.place);
  return mergeNodes(under, over, path);
}

/** Whether there are not too many services, which nothing is done with then. */
export function checkServices({ report }: Loading, root: MapNode, file: string): boolean {
  const services = member(root, 'services');
  if (!services || entriesOf(services).length <= MOST_SERVICES) return true;
  refuse(report, services, 'ComposeTooLarge', `${file} has more than ${MOST_SERVICES} services`);
  return false;
}

interface EnvironmentFile {
  readonly file: string;
  readonly lookup: Lookup;
  /** Lines are `NAME=value` and nothing more. */
  readonly isRaw?: boolean;
}

/** The variables of an environment file of the tree; undefined where it does not exist. What is wrong with it is reported. */
export function readEnvironmentFile(
  loading: Loading,
  request: EnvironmentFile,
): ReadonlyMap<string, string> | undefined {
  const { environments, work } = loading;
  const known =
    environments.get(request.lookup) ?? new Map<string, ReadonlyMap<string, string> | undefined>();
  environments.set(request.lookup, known);
  const key = `${request.isRaw === true}\0${request.file}`;
  if (!known.has(key)) known.set(key, parsedEnvironment(loading, request));
  const found = known.get(key);
  work.spend(10 + (found?.size ?? 0), { file: request.file });
  return found;
}

function parsedEnvironment(
  { tree, report, budget, work }: Loading,
  { file, lookup, isRaw }: EnvironmentFile,
): ReadonlyMap<string, string> | undefined {
  const text = readText(tree, file);
  if (text === undefined) return undefined;
  work.bytes(text, { file });
  const parsed = isRaw ? parseRawEnvFile({ text, file }) : parseEnvFile({ text, file }, { lookup, budget });
  if (parsed.ok) return parsed.value;
  report.problems.push(...(parsed.problems as readonly Problem[]));
  return new Map();
}
