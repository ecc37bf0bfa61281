import { suggest } from '../../charts/suggest.ts';
import { args, expression, invocation, OUTPUT } from './expressions.ts';
import { callMarker, marker, markLines } from './markers.ts';
import { call, calledName, content, isPath, literal } from './nodes.ts';
import {
  fail,
  type PartialCall,
  type Rewriting,
  type Scope,
  startRewriting,
  type Vocabulary,
  type Writing,
} from './rewriting.ts';

export interface Rewritten {
  readonly file: string;
  readonly program: hbs.AST.Program;
  /** `{{#*inline "name"}}` at the top level: the counterpart of Go's `define`. */
  readonly definitions: ReadonlyMap<string, hbs.AST.Program>;
  /** Static partial names that the template calls, with the places of the calls. */
  readonly calls: readonly PartialCall[];
  /** Partials that the template defines for itself, at any depth. */
  readonly inlines: ReadonlySet<string>;
  /** The statements that write, by the numbers that markers have. */
  readonly writings: readonly Writing[];
}

/**
 * Turns what a person wrote into what Handlebars should run:
 * every printed expression goes through OUTPUT (which refuses maps), every path through VALUE (which refuses absence and says what
 * was meant) unless its helper is lenient, and every line of text carries a marker. Handlebars' own `strict` cannot serve: it also
 * fails inside `{{#if a.b}}` and knows no remedy.
 */
export function rewrite(program: hbs.AST.Program, file: string, index: number, words: Vocabulary): Rewritten {
  const rewriting = startRewriting(file, index, words);
  const { definitions, calls, inlines, writings } = rewriting;
  return { file, program: body(rewriting, program, [], true), definitions, calls, inlines, writings };
}

/** Statements in a scope: all of a template, or what stands in a block or a value. */
export function body(
  rewriting: Rewriting,
  node: hbs.AST.Program,
  scope: Scope,
  top = false,
): hbs.AST.Program {
  const inner = [...scope, ...(node.blockParams ?? [])];
  return { ...node, body: node.body.flatMap((one) => statement(rewriting, one, inner, top)) };
}

function statement(
  rewriting: Rewriting,
  node: hbs.AST.Statement,
  scope: Scope,
  top: boolean,
): hbs.AST.Statement[] {
  switch (node.type) {
    case 'ContentStatement':
      return [text(rewriting, node as hbs.AST.ContentStatement & { original: string })];
    case 'MustacheStatement':
      return mustache(rewriting, node as hbs.AST.MustacheStatement, scope);
    case 'BlockStatement':
      return [block(rewriting, node as hbs.AST.BlockStatement, scope)];
    case 'PartialStatement':
      return marked(rewriting, partial(rewriting, node as hbs.AST.PartialStatement, scope), node);
    case 'PartialBlockStatement':
      return marked(rewriting, partial(rewriting, node as hbs.AST.PartialBlockStatement, scope), node);
    case 'DecoratorBlock':
      return [inline(rewriting, node as hbs.AST.DecoratorBlock, scope, top)];
    case 'CommentStatement':
      return [node];
    default:
      return fail(rewriting, node, `${node.type} is not supported in a template`);
  }
}

function text(
  { index }: Rewriting,
  node: hbs.AST.ContentStatement & { original: string },
): hbs.AST.Statement {
  const value = markLines(node.original, node.value, node.loc.start.line, index);
  return { ...node, value } as hbs.AST.Statement;
}

/** `{{…}}`: a marker of its line, and what is printed, through OUTPUT. */
function mustache(rewriting: Rewriting, node: hbs.AST.MustacheStatement, scope: Scope): hbs.AST.Statement[] {
  const { loc } = node;
  const { value, shown } = printedValue(rewriting, node, scope);
  const printed = call(OUTPUT, [literal(shown, loc), value], loc);
  const out = { ...node, path: printed.path, params: printed.params, hash: undefined, escaped: false };
  const writing = rewriting.writings.push({ node, within: rewriting.within }) - 1;
  return [
    content(marker(rewriting.index, loc.start.line, writing), loc),
    out as unknown as hbs.AST.Statement,
  ];
}

/** A call of a partial, behind a mark that says who calls. */
function marked(
  { index, writings, within }: Rewriting,
  call: hbs.AST.Statement,
  node: hbs.AST.Statement,
): hbs.AST.Statement[] {
  const writing = writings.push({ node: node as hbs.AST.PartialStatement, within }) - 1;
  return [content(callMarker(index, writing), node.loc), call];
}

/** What `{{…}}` prints; `shown`: the path that it is, '' for anything else. */
export function printedValue(
  rewriting: Rewriting,
  node: hbs.AST.MustacheStatement,
  scope: Scope,
): { readonly value: hbs.AST.Expression; readonly shown: string } {
  const path = node.path as hbs.AST.Expression;
  if (isCall(rewriting, node, scope)) {
    const called = { ...node, type: 'SubExpression' } as unknown as hbs.AST.SubExpression;
    return { value: invocation(rewriting, called, scope), shown: '' };
  }
  return { value: expression(rewriting, path, scope, false), shown: isPath(path) ? path.original : '' };
}

/** `{{name}}` calls a helper of that name, unless a block parameter has the name. */
function isCall({ words }: Rewriting, node: hbs.AST.MustacheStatement, scope: Scope): boolean {
  if (node.params.length > 0 || node.hash !== undefined) return true;
  const path = node.path as hbs.AST.Expression;
  if (!isPath(path)) return false;
  const simple = path.parts.length === 1 && path.depth === 0 && !path.data;
  return simple && !scope.includes(path.original) && words.helpers.has(path.original);
}

function block(rewriting: Rewriting, node: hbs.AST.BlockStatement, scope: Scope): hbs.AST.Statement {
  const { blocks } = rewriting.words;
  const name = calledName(node.path);
  if (!blocks.has(name)) {
    const remedy = suggest(name, [...blocks]) ?? 'Blocks are #if, #unless, #each and #with.';
    fail(rewriting, node, `{{#${name}}} is not a block`, remedy);
  }
  const rewritten: hbs.AST.BlockStatement = {
    ...node,
    ...args(rewriting, node, scope, true),
    ...(node.program ? { program: half(rewriting, node, node.program, scope) } : {}),
    ...(node.inverse ? { inverse: half(rewriting, node, node.inverse, scope) } : {}),
  };
  return rewritten;
}

/** One of the two bodies of a block. */
function half(
  rewriting: Rewriting,
  node: hbs.AST.BlockStatement,
  program: hbs.AST.Program,
  scope: Scope,
): hbs.AST.Program {
  const outer = rewriting.within;
  rewriting.within = { node, isElse: program === node.inverse, outer };
  const rewritten = body(rewriting, program, scope);
  rewriting.within = outer;
  return rewritten;
}

/** `{{> name}}` and `{{#> name}}`; a name that is computed cannot be checked before it runs. */
function partial<T extends hbs.AST.PartialStatement | hbs.AST.PartialBlockStatement>(
  rewriting: Rewriting,
  node: T,
  scope: Scope,
): T {
  return {
    ...node,
    ...args(rewriting, node, scope, false),
    name: partialName(rewriting, node, scope),
    ...('program' in node ? { program: body(rewriting, node.program, scope) } : {}),
  };
}

function partialName(
  rewriting: Rewriting,
  { name, loc }: hbs.AST.PartialStatement | hbs.AST.PartialBlockStatement,
  scope: Scope,
): hbs.AST.PathExpression | hbs.AST.SubExpression {
  if (name.type === 'SubExpression') return invocation(rewriting, name as hbs.AST.SubExpression, scope);
  const path = name as hbs.AST.PathExpression;
  rewriting.calls.push({ name: path.original, line: loc.start.line, column: loc.start.column + 1 });
  return path;
}

/** `{{#*inline "name"}}`, which at the top level every template may call. */
function inline(
  rewriting: Rewriting,
  node: hbs.AST.DecoratorBlock,
  scope: Scope,
  top: boolean,
): hbs.AST.Statement {
  const name = node.params[0];
  if (calledName(node.path) !== 'inline' || name?.type !== 'StringLiteral')
    return fail(rewriting, node, 'Only {{#*inline "name"}} may decorate a template');
  const id = (name as hbs.AST.StringLiteral).value;
  const program = body(rewriting, node.program, scope);
  rewriting.inlines.add(id);
  if (top) rewriting.definitions.set(id, program);
  return { ...node, program } as hbs.AST.Statement;
}
