import type { CommandNode, Expression, PipeNode } from '../gotemplate/nodes.ts';
import { describe } from '../gotemplate/nodes.ts';

/** What a template of Go says and Handlebars cannot, with the offset in its text. */
export class Untranslatable extends Error {
  readonly pos: number;
  constructor(pos: number, message: string) {
    super(message);
    this.pos = pos;
  }
}

/** What names stand for at a place of a template. */
export interface Scope {
  /** The dot is what the whole chart sees: its fields are the roots of a path. */
  readonly isRoot: boolean;
  /** So was it where the template began: that is what `$` means. */
  readonly beganAsRoot: boolean;
  /** Expressions, already translated, of the variables that can be seen here; those of a loop are names. */
  readonly variables: ReadonlyMap<string, Variable>;
  readonly vocabulary: Vocabulary;
}

export interface Variable {
  readonly text: string;
  /** How deep in `with` and `range` it was set, where it speaks of the dot; undefined: it means the same everywhere. */
  readonly dotOf?: Scope;
}

export interface Vocabulary {
  /** Helpers that Handlebars has. */
  readonly helpers: ReadonlySet<string>;
  /** Defined templates that are called with something else than what the whole chart sees. */
  readonly takeContext: ReadonlySet<string>;
}

const ROOTS: ReadonlySet<string> = new Set([
  'Values',
  'Release',
  'Chart',
  'Capabilities',
  'Template',
  'Subcharts',
]);

/** Of a pipeline: `a | f b` is `(f b a)`. With parentheses, where it is a call and stands within another. */
export function expression(pipe: PipeNode, scope: Scope, isNested: boolean): string {
  if (pipe.variables.length > 0)
    throw new Untranslatable(pipe.pos, `${describe(pipe)}: a variable cannot be set here`);
  let before: string | undefined;
  for (const [index, command] of pipe.commands.entries()) {
    const isLast = index === pipe.commands.length - 1;
    before = commandText(command, before, scope, isNested || !isLast);
  }
  return before ?? '';
}

function commandText(
  command: CommandNode,
  piped: string | undefined,
  scope: Scope,
  isNested: boolean,
): string {
  const { first } = command;
  if (first.kind === 'identifier') return call(first.name, command, piped, scope, isNested);
  if (command.args.length > 0 || piped !== undefined) {
    const files = fileCall(command, piped, scope);
    if (files !== undefined) return isNested ? `(${files})` : files;
    throw new Untranslatable(command.pos, `${describe(command)}: only functions can be called`);
  }
  return operand(first, scope, isNested);
}

/** `.Files.Get "x"` and `.Capabilities.APIVersions.Has "x"` are helpers. */
function fileCall({ first, args }: CommandNode, piped: string | undefined, scope: Scope): string | undefined {
  const names =
    first.kind === 'field' && scope.isRoot
      ? first.names
      : first.kind === 'variable' && first.name === '$'
        ? first.names
        : [];
  const helper = METHODS[names.join('.')];
  const given = [...args.map((arg) => operand(arg, scope, true)), ...(piped === undefined ? [] : [piped])];
  return helper && [helper, ...given].join(' ');
}

const METHODS: Readonly<Record<string, string>> = {
  'Files.Get': 'filesGet',
  'Capabilities.APIVersions.Has': 'capabilitiesHas',
};

function call(
  name: string,
  command: CommandNode,
  piped: string | undefined,
  scope: Scope,
  isNested: boolean,
): string {
  if (name === 'include') return include(command, piped, scope, isNested);
  if (name === 'tpl') return template(command, piped, scope, isNested);
  if (!scope.vocabulary.helpers.has(name))
    throw new Untranslatable(command.pos, `the function ${name} has no helper in Handlebars`);
  const given = [
    ...command.args.map((arg) => operand(arg, scope, true)),
    ...(piped === undefined ? [] : [piped]),
  ];
  const text = [name, ...given].join(' ');
  return isNested || given.length === 0 ? `(${text})` : text;
}

function include(command: CommandNode, piped: string | undefined, scope: Scope, isNested: boolean): string {
  const [name, context] = command.args;
  if (name?.kind !== 'string' || piped !== undefined)
    throw new Untranslatable(
      command.pos,
      `${describe(command)}: the name of what is included must be written out`,
    );
  const text = includeOf(name.value, context, command.pos, scope);
  return isNested ? `(${text})` : text;
}

/** What values hold as a template sees the whole chart without being told. */
function template(command: CommandNode, piped: string | undefined, scope: Scope, isNested: boolean): string {
  const [value, context] = command.args;
  if (!value || !context || piped !== undefined || !isWhole(context, scope.isRoot) || !scope.beganAsRoot)
    throw new Untranslatable(command.pos, `${describe(command)}: tpl sees the whole chart, and nothing else`);
  const text = `tpl ${operand(value, scope, true)}`;
  return isNested ? `(${text})` : text;
}

/** A call of a defined template, with the context that it needs. */
export function includeOf(name: string, context: Expression | undefined, pos: number, scope: Scope): string {
  if (!scope.vocabulary.takeContext.has(name)) return `include ${literal(name, pos)}`;
  if (context === undefined) throw new Untranslatable(pos, `${name} is called without a context`);
  return `include ${literal(name, pos)} ${operand(context, scope, true)}`;
}

/** Whether this is what the whole chart sees. */
export const isWhole = (node: Expression | undefined, isRoot: boolean): boolean => {
  if (node?.kind === 'pipe')
    return (
      node.commands.length === 1 &&
      node.variables.length === 0 &&
      node.commands[0]?.args.length === 0 &&
      isWhole(node.commands[0]?.first, isRoot)
    );
  return (
    (node?.kind === 'dot' && isRoot) ||
    (node?.kind === 'variable' && node.name === '$' && node.names.length === 0)
  );
};

function operand(node: Expression, scope: Scope, isNested: boolean): string {
  switch (node.kind) {
    case 'dot':
      return 'this';
    case 'bool':
      return String(node.value);
    case 'nil':
      return 'null';
    case 'number':
      if (/^-?\d+(\.\d+)?$/.test(node.text)) return node.text;
      throw new Untranslatable(node.pos, `${node.text} cannot be written as a number in Handlebars`);
    case 'string':
      return literal(node.value, node.pos);
    case 'field':
      return fieldText(node.names, scope, node.pos);
    case 'variable':
      return variableText(node.name, node.names, scope, node.pos);
    case 'identifier':
      return call(
        node.name,
        { kind: 'command', pos: node.pos, first: node, args: [] },
        undefined,
        scope,
        isNested,
      );
    case 'pipe':
      return expression(node, scope, true);
    case 'chain':
      return node.names.reduce(
        (from, name) => `(get ${from} ${literal(name, node.pos)})`,
        operand(node.node, scope, true),
      );
  }
}

/** Both kinds of quotes, and no escapes: so is Handlebars. */
function literal(value: string, pos: number): string {
  if (value.includes('\n') || (value.includes('"') && value.includes("'")))
    throw new Untranslatable(pos, `${JSON.stringify(value)} cannot be quoted in Handlebars`);
  return value.includes('"') ? `'${value}'` : `"${value}"`;
}

function fieldText(names: readonly string[], scope: Scope, pos: number): string {
  return scope.isRoot ? rootPath(names, pos) : path(['this', ...names]);
}

function rootPath(names: readonly string[], pos: number): string {
  const [first = ''] = names;
  if (!ROOTS.has(first))
    throw new Untranslatable(pos, `.${names.join('.')} is not known to charts of Handlebars`);
  // What Helm calls itself stays in the labels of what runs.
  return names.join('.') === 'Release.Service' ? '"Helm"' : path(names);
}

function variableText(name: string, names: readonly string[], scope: Scope, pos: number): string {
  if (name === '$' && scope.beganAsRoot) return names.length === 0 ? '@root' : rootPath(names, pos);
  if (name === '$' && !scope.variables.has('.here')) return path(['this', ...names]);
  if (name === '$')
    throw new Untranslatable(pos, '$ means what the template was called with, in a block of it');
  const variable = scope.variables.get(name);
  if (!variable) throw new Untranslatable(pos, `${name} is set anew, or in a block that ends before here`);
  if (
    variable.dotOf &&
    variable.dotOf !== scope.variables.get('.here')?.dotOf &&
    variable.text.includes('this')
  )
    throw new Untranslatable(pos, `${name} speaks of the context of another block`);
  if (/^\(|^"|^'/.test(variable.text))
    return names.reduce((from, field) => `(get ${from} ${literal(field, pos)})`, variable.text);
  return path([variable.text, ...names]);
}

/** Segments that are no names of Handlebars are written in brackets. */
const path = (names: readonly string[]): string =>
  names.map((name) => (/^[\w@-]+(?:\.[\w-]+)*$/.test(name) ? name : `[${name}]`)).join('.');
