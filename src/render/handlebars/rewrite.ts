import { ProblemError } from '../../base/errors.ts';
import { suggest } from '../../charts/suggest.ts';
import { marker, markLines } from './markers.ts';

/** What a template may name. */
export interface Vocabulary {
  readonly helpers: ReadonlySet<string>;
  /** Helpers whose business is absence: a path handed to them may lead nowhere. */
  readonly lenient: ReadonlySet<string>;
  readonly blocks: ReadonlySet<string>;
  /** Names that mean the chart's own data wherever they stand, as `$` does in Go templates. */
  readonly roots: ReadonlySet<string>;
}

export interface Rewritten {
  readonly program: hbs.AST.Program;
  /** `{{#*inline "name"}}` at the top level: the counterpart of Go's `define`. */
  readonly definitions: ReadonlyMap<string, hbs.AST.Program>;
  /** Static partial names that the template calls, with the places of the calls. */
  readonly calls: readonly { readonly name: string; readonly line: number; readonly column: number }[];
  /** Partials that the template defines for itself, at any depth. */
  readonly inlines: ReadonlySet<string>;
}

/** Internal helpers that the rewriting brings in; no template can write these names. */
export const VALUE = '%value';
export const OUTPUT = '%output';

type Scope = readonly string[];
const ROOT = 'root';

/**
 * Turns what a person wrote into what Handlebars should run:
 * every printed expression goes through OUTPUT (which refuses maps), every path through VALUE (which refuses absence and says what
 * was meant) unless its helper is lenient, and every line of text carries a marker. Handlebars' own `strict` cannot serve: it also
 * fails inside `{{#if a.b}}` and knows no remedy.
 */
export function rewrite(
  program: hbs.AST.Program,
  file: string,
  fileIndex: number,
  words: Vocabulary,
): Rewritten {
  const calls: { name: string; line: number; column: number }[] = [];
  const inlines = new Set<string>();
  const definitions = new Map<string, hbs.AST.Program>();

  const fail = (node: hbs.AST.Node, message: string, remedy?: string): never => {
    const place = { file, line: node.loc.start.line, column: node.loc.start.column + 1 };
    throw new ProblemError({ reason: 'TemplateError', message, place, ...(remedy ? { remedy } : {}) });
  };

  const rooted = (path: hbs.AST.PathExpression, scope: Scope): hbs.AST.PathExpression => {
    const head = path.parts[0];
    const scoped = /^(this|\.)[./]/.test(path.original);
    if (path.data || path.depth > 0 || scoped || head === undefined) return path;
    if (!words.roots.has(head) || scope.includes(head)) return path;
    return { ...path, data: true, parts: [ROOT, ...path.parts], original: `@root.${path.original}` };
  };

  const strict = (path: hbs.AST.PathExpression, scope: Scope): hbs.AST.Expression => {
    const full = rooted(path, scope);
    const from = full.data && full.parts[0] === ROOT ? 2 : 1;
    if (full.parts.length < from || (full.data && from === 1)) return full;
    const prefixes = full.parts
      .slice(from - 1)
      .map((_, index) => ({ ...full, parts: full.parts.slice(0, from + index) }));
    return call(VALUE, [literal(path.original, path.loc), ...prefixes], path.loc);
  };

  const helperName = (path: hbs.AST.PathExpression | hbs.AST.Literal): string =>
    'parts' in path ? path.original : String((path as { value?: unknown }).value);

  const expression = (node: hbs.AST.Expression, scope: Scope, lenient: boolean): hbs.AST.Expression => {
    if (node.type === 'PathExpression') {
      const path = node as hbs.AST.PathExpression;
      return lenient ? rooted(path, scope) : strict(path, scope);
    }
    return node.type === 'SubExpression' ? invocation(node as hbs.AST.SubExpression, scope) : node;
  };

  const hash = (node: hbs.AST.Hash | undefined, scope: Scope, lenient: boolean): hbs.AST.Hash =>
    node === undefined
      ? (undefined as unknown as hbs.AST.Hash)
      : { ...node, pairs: node.pairs.map((p) => ({ ...p, value: expression(p.value, scope, lenient) })) };

  const invocation = (node: hbs.AST.SubExpression, scope: Scope): hbs.AST.SubExpression => {
    const name = helperName(node.path);
    if (!words.helpers.has(name)) {
      const known = [...words.helpers].filter((h) => !h.startsWith('%'));
      fail(
        node,
        `There is no helper named ${name}`,
        suggest(name, known) ?? 'docs/charts.md lists the helpers.',
      );
    }
    const lenient = words.lenient.has(name);
    return {
      ...node,
      params: node.params.map((p) => expression(p, scope, lenient)),
      hash: hash(node.hash, scope, lenient),
    };
  };

  const isCall = (node: hbs.AST.MustacheStatement, scope: Scope): boolean => {
    if (node.params.length > 0 || node.hash !== undefined) return true;
    if (node.path.type !== 'PathExpression') return false;
    const path = node.path as hbs.AST.PathExpression;
    const simple = path.parts.length === 1 && path.depth === 0 && !path.data;
    return simple && !scope.includes(path.original) && words.helpers.has(path.original);
  };

  const mustache = (node: hbs.AST.MustacheStatement, scope: Scope): hbs.AST.Statement[] => {
    const called = isCall(node, scope);
    const value = called
      ? invocation({ ...node, type: 'SubExpression' } as unknown as hbs.AST.SubExpression, scope)
      : expression(node.path as hbs.AST.Expression, scope, false);
    const written = node.path as hbs.AST.PathExpression;
    const shown = called || node.path.type !== 'PathExpression' ? '' : written.original;
    const { params, path } = call(OUTPUT, [literal(shown, node.loc), value], node.loc);
    const out = { ...node, path, params, hash: undefined, escaped: false };
    return [text(marker(fileIndex, node.loc.start.line), node.loc), out as unknown as hbs.AST.Statement];
  };

  const block = (node: hbs.AST.BlockStatement, scope: Scope): hbs.AST.Statement => {
    const name = helperName(node.path);
    if (!words.blocks.has(name)) {
      fail(
        node,
        `{{#${name}}} is not a block`,
        suggest(name, [...words.blocks]) ?? 'Blocks are #if, #unless, #each and #with.',
      );
    }
    const rewritten: hbs.AST.BlockStatement = {
      ...node,
      params: node.params.map((p) => expression(p, scope, true)),
      hash: hash(node.hash, scope, true),
      ...(node.program ? { program: body(node.program, scope) } : {}),
      ...(node.inverse ? { inverse: body(node.inverse, scope) } : {}),
    };
    return rewritten;
  };

  const partial = <T extends hbs.AST.PartialStatement | hbs.AST.PartialBlockStatement>(
    node: T,
    scope: Scope,
  ): T => {
    const dynamic = node.name.type === 'SubExpression';
    const name = dynamic
      ? invocation(node.name as hbs.AST.SubExpression, scope)
      : (node.name as hbs.AST.PathExpression);
    if (!dynamic) {
      const { line, column } = node.loc.start;
      calls.push({ name: (name as hbs.AST.PathExpression).original, line, column: column + 1 });
    }
    return {
      ...node,
      name,
      params: node.params.map((p) => expression(p, scope, false)),
      hash: hash(node.hash, scope, false),
      ...('program' in node ? { program: body(node.program, scope) } : {}),
    };
  };

  const decorator = (
    node: hbs.AST.DecoratorBlock,
    scope: Scope,
    top: boolean,
  ): hbs.AST.Statement | undefined => {
    const name = node.params[0];
    if (helperName(node.path) !== 'inline' || name?.type !== 'StringLiteral') {
      fail(node, 'Only {{#*inline "name"}} may decorate a template');
    }
    const id = (name as hbs.AST.StringLiteral).value;
    const content = body(node.program, scope);
    inlines.add(id);
    if (top) definitions.set(id, content);
    return { ...node, program: content } as hbs.AST.Statement;
  };

  const statement = (node: hbs.AST.Statement, scope: Scope, top: boolean): hbs.AST.Statement[] => {
    switch (node.type) {
      case 'ContentStatement': {
        const content = node as hbs.AST.ContentStatement & { original: string };
        const marked = markLines(content.original, content.value, node.loc.start.line, fileIndex);
        return [{ ...content, value: marked } as hbs.AST.Statement];
      }
      case 'MustacheStatement':
        return mustache(node as hbs.AST.MustacheStatement, scope);
      case 'BlockStatement':
        return [block(node as hbs.AST.BlockStatement, scope)];
      case 'PartialStatement':
        return [partial(node as hbs.AST.PartialStatement, scope)];
      case 'PartialBlockStatement':
        return [partial(node as hbs.AST.PartialBlockStatement, scope)];
      case 'DecoratorBlock': {
        const kept = decorator(node as hbs.AST.DecoratorBlock, scope, top);
        return kept ? [kept] : [];
      }
      case 'CommentStatement':
        return [node];
      default:
        return fail(node, `${node.type} is not supported in a template`);
    }
  };

  const body = (node: hbs.AST.Program, scope: Scope, top = false): hbs.AST.Program => {
    const inner = [...scope, ...(node.blockParams ?? [])];
    return { ...node, body: node.body.flatMap((s) => statement(s, inner, top)) };
  };

  return { program: body(program, [], true), definitions, calls, inlines };
}

const literal = (value: string, loc: hbs.AST.SourceLocation): hbs.AST.StringLiteral =>
  ({ type: 'StringLiteral', value, original: value, loc }) as hbs.AST.StringLiteral;

const text = (value: string, loc: hbs.AST.SourceLocation): hbs.AST.Statement =>
  ({ type: 'ContentStatement', value, original: value, loc }) as unknown as hbs.AST.Statement;

const call = (
  name: string,
  params: hbs.AST.Expression[],
  loc: hbs.AST.SourceLocation,
): hbs.AST.SubExpression => ({
  type: 'SubExpression',
  path: { type: 'PathExpression', data: false, depth: 0, parts: [name], original: name, loc },
  params,
  hash: undefined as unknown as hbs.AST.Hash,
  loc,
});
