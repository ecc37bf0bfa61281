import type { Read } from '../provenance/output.ts';
import { calledName, isPath } from './nodes.ts';
import type { Enclosing, Writing } from './rewriting.ts';

/** Names that mean the chart's own data wherever they are. */
const ROOTS: ReadonlySet<string> = new Set(['Values', 'Release', 'Chart', 'Capabilities', 'Pilotage']);

/** What stands for the items of a list or a map that `#each` goes over. */
export const EACH = '[]';

/** The data that a statement reads, as far as its paths say so: those of the chart, and what is below the blocks around it. */
export const readsOf = ({ node, within }: Writing): Read[] =>
  pathsIn(node).flatMap((path) => readOf(path, within));

/** What a block decides by. */
export const readsOfBlock = ({ node, outer }: Enclosing): Read[] =>
  node.params.flatMap((param) => pathsIn(param)).flatMap((path) => readOf(path, outer));

/** The templates that a statement includes by name. */
export function includedNames(node: hbs.AST.Node): string[] {
  const { path, params = [], hash } = node as Partial<hbs.AST.MustacheStatement>;
  const [first] = params;
  const own =
    path && calledName(path) === 'include' && first?.type === 'StringLiteral'
      ? [(first as hbs.AST.StringLiteral).value]
      : [];
  return [...own, ...[...params, ...argumentsIn(hash)].flatMap(includedNames)];
}

const argumentsIn = (hash: hbs.AST.Hash | undefined): hbs.AST.Expression[] =>
  hash?.pairs.map(({ value }) => value) ?? [];

function pathsIn(node: hbs.AST.Node): hbs.AST.PathExpression[] {
  if (isPath(node as hbs.AST.Expression)) return [node as hbs.AST.PathExpression];
  const { path, params = [], hash } = node as Partial<hbs.AST.MustacheStatement>;
  const all = [...params, ...argumentsIn(hash)];
  // A name with arguments is that of a helper.
  const own = path && all.length === 0 && 'parts' in path ? [path] : [];
  return [...own, ...all.flatMap(pathsIn)];
}

function readOf(path: hbs.AST.PathExpression, within: Enclosing | undefined): Read[] {
  const { depth, data } = path;
  const parts = path.parts.map(String);
  const [head = ''] = parts;
  const isRelative = /^(this|\.)([./]|$)/.test(path.original) || depth > 0;
  if (data) return head === 'root' ? [{ scope: [], path: parts.slice(1) }] : [];
  if (!isRelative && ROOTS.has(head)) return [{ scope: [], path: parts }];
  const named = isRelative ? undefined : parameterOf(head, within);
  if (named) return [{ scope: [], path: [...named, ...parts.slice(1)] }];
  const base = baseOf(within, depth);
  return base ? [{ scope: [], path: [...base, ...parts] }] : [];
}

/** What `this` is within blocks, so many levels up. */
function baseOf(within: Enclosing | undefined, depth: number): readonly string[] | undefined {
  let left = depth;
  for (let at = within; at; at = at.outer) {
    if (at.isElse || !changesContext(at)) continue;
    if (left === 0) return itemOf(at);
    left -= 1;
  }
  return undefined;
}

const changesContext = ({ node }: Enclosing): boolean => ['each', 'with'].includes(calledName(node.path));

/** The path of what a block is about; undefined where it is computed. */
function itemOf({ node, outer }: Enclosing): readonly string[] | undefined {
  const [param] = node.params;
  const read = param && isPath(param) ? readOf(param, outer)[0] : undefined;
  return read && (calledName(node.path) === 'each' ? [...read.path, EACH] : read.path);
}

/** What the parameter of a block stands for: `{{#each Values.hosts as |host|}}`. */
function parameterOf(name: string, within: Enclosing | undefined): readonly string[] | undefined {
  for (let at = within; at; at = at.outer)
    if (!at.isElse && at.node.program?.blockParams?.[0] === name) return itemOf(at);
  return undefined;
}
