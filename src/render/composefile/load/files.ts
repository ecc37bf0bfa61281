import type { Problem } from '../../../base/errors.ts';
import { type FileTree, readText } from '../../../base/filetree.ts';
import type { Place } from '../../../base/place.ts';
import { parseEnvFile } from './dotenv.ts';
import { type Budget, interpolateNode, type Lookup } from './interpolate.ts';
import { mergeNodes } from './merge.ts';
import type { MapNode, Node } from './node.ts';
import { parseComposeFile } from './parse.ts';
import { type Report, refuse } from './report.ts';

/** What the loading of one project shares. */
export interface Loading {
  readonly tree: FileTree;
  readonly report: Report;
  readonly budget: Budget;
  /** Files that were read so far. */
  readonly read: Set<string>;
}

/** Files of one project, whatever they include. */
const MOST_FILES = 100;

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

/** A compose file, its documents merged and its variables replaced; undefined after a complaint at what named it. */
export function readComposeFile(
  loading: Loading,
  { file, base, lookup, at }: { file: string; base: string; lookup: Lookup; at: { readonly place: Place } },
): MapNode | undefined {
  const { tree, report, budget } = loading;
  const text = readText(tree, file);
  if (text === undefined)
    return refuse(report, at, 'FileMissing', `there is no file ${file}`, 'Add it to the folder of the app.');
  loading.read.add(file);
  if (loading.read.size > MOST_FILES)
    return refuse(report, at, 'ComposeTooLarge', `the project has more than ${MOST_FILES} files`);
  const parsed = parseComposeFile(text, file, base);
  if (!parsed.ok) {
    report.problems.push(...parsed.problems);
    return undefined;
  }
  const [first, ...others] = parsed.value.map((node) => interpolateNode(node, { lookup, budget, report }));
  if (!first) return undefined;
  const merged = others.reduce<Node>((under, over) => mergeNodes(under, over), first);
  if (merged.kind === 'map') return merged;
  return refuse(report, merged, 'InvalidCompose', 'a compose file is a map', 'Begin with services:.');
}

/** The variables of an environment file of the tree; undefined where it does not exist. What is wrong with it is reported. */
export function readEnvironmentFile(
  { tree, report, budget }: Loading,
  file: string,
  lookup: Lookup,
): ReadonlyMap<string, string> | undefined {
  const text = readText(tree, file);
  if (text === undefined) return undefined;
  const parsed = parseEnvFile({ text, file }, { lookup, budget });
  if (parsed.ok) return parsed.value;
  report.problems.push(...(parsed.problems as readonly Problem[]));
  return new Map();
}
