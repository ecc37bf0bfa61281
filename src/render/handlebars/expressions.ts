import { suggest } from '../../charts/suggest.ts';
import { call, calledName, isPath, literal } from './nodes.ts';
import { fail, type Rewriting, type Scope } from './rewriting.ts';

/** Internal helpers that the rewriting brings in; no template can write these names. */
export const VALUE = '%value';
export const OUTPUT = '%output';

const ROOT = 'root';

/** A path, strict unless `lenient`; the helper that a subexpression calls; a literal as it is. */
export function expression(
  rewriting: Rewriting,
  node: hbs.AST.Expression,
  scope: Scope,
  lenient: boolean,
): hbs.AST.Expression {
  if (isPath(node)) return lenient ? rooted(rewriting, node, scope) : strict(rewriting, node, scope);
  return node.type === 'SubExpression' ? invocation(rewriting, node as hbs.AST.SubExpression, scope) : node;
}

/** `Values.a` means the chart's values wherever it is, as `$` does in Go templates. */
function rooted({ words }: Rewriting, path: hbs.AST.PathExpression, scope: Scope): hbs.AST.PathExpression {
  const head = path.parts[0];
  const scoped = /^(this|\.)[./]/.test(path.original);
  if (path.data || path.depth > 0 || scoped || head === undefined) return path;
  if (!words.roots.has(head) || scope.includes(head)) return path;
  return { ...path, data: true, parts: [ROOT, ...path.parts], original: `@root.${path.original}` };
}

/** A path through VALUE, which is handed every prefix of it, so that it can say which part is missing. */
function strict(rewriting: Rewriting, path: hbs.AST.PathExpression, scope: Scope): hbs.AST.Expression {
  const full = rooted(rewriting, path, scope);
  const from = full.data && full.parts[0] === ROOT ? 2 : 1;
  if (full.parts.length < from || (full.data && from === 1)) return full;
  const prefixes = full.parts
    .slice(from - 1)
    .map((_, index) => ({ ...full, parts: full.parts.slice(0, from + index) }));
  return call(VALUE, [literal(path.original, path.loc), ...prefixes], path.loc);
}

/** The call of a helper that exists, its arguments as strict as the helper wants them. */
export function invocation(
  rewriting: Rewriting,
  node: hbs.AST.SubExpression,
  scope: Scope,
): hbs.AST.SubExpression {
  const { words } = rewriting;
  const name = calledName(node.path);
  if (!words.helpers.has(name)) {
    const known = [...words.helpers].filter((helper) => !helper.startsWith('%'));
    const remedy = suggest(name, known) ?? 'docs/charts.md lists the helpers.';
    fail(rewriting, node, `There is no helper named ${name}`, remedy);
  }
  return { ...node, ...args(rewriting, node, scope, words.lenient.has(name)) };
}

interface Called {
  readonly params: hbs.AST.Expression[];
  readonly hash: hbs.AST.Hash;
}

/** Positional and named arguments of whatever is called. */
export function args(rewriting: Rewriting, { params, hash }: Called, scope: Scope, lenient: boolean): Called {
  const rewrite = (value: hbs.AST.Expression) => expression(rewriting, value, scope, lenient);
  const pairs = (hash as hbs.AST.Hash | undefined)?.pairs;
  return {
    params: params.map(rewrite),
    hash: pairs ? { ...hash, pairs: pairs.map((p) => ({ ...p, value: rewrite(p.value) })) } : hash,
  };
}
