import {
  type BranchNode,
  describe,
  type PipeNode,
  type RangeNode,
  type Statement,
  type TemplateNode,
} from '../gotemplate/nodes.ts';
import { expression, includeOf, type Scope, Untranslatable, type Variable } from './expressions.ts';

/**
 * Statements as text of Handlebars. Space that Go trims is gone from the tree already, so that tags stand where they trim nothing more; those that had
 * lines of their own get them again.
 */
export function statements(list: readonly Statement[], outer: Scope): string {
  let scope = outer;
  const seen: { readonly node: Statement; readonly scope: Scope }[] = [];
  for (const [index, node] of list.entries()) {
    if (node.kind === 'action' && node.pipe.variables.length > 0)
      scope = withVariable(node.pipe, scope, list.slice(index + 1));
    else seen.push({ node, scope });
  }
  // From the end: whether a tag ends its line depends on what comes after it.
  return seen.reduceRight((rest, one) => {
    const endsLine = rest === '' || rest.startsWith('\n');
    return statement(one.node, one.scope, endsLine) + rest;
  }, '');
}

function statement(node: Statement, scope: Scope, endsLine: boolean): string {
  switch (node.kind) {
    case 'text':
      return escaped(node.text);
    case 'action':
      return action(expression(node.pipe, scope, false), endsLine);
    case 'template':
      return tag(includeOf(node.name, node.pipe, node.pos, scope));
    case 'if':
    case 'with':
    case 'range':
      return branch(node, scope, endsLine);
    case 'break':
    case 'continue':
      throw new Untranslatable(node.pos, `Handlebars has no ${node.kind}`);
  }
}

/** What is included with an indentation of its own is a partial on its own line, which Handlebars indents. */
function action(text: string, endsLine: boolean): string {
  const [, width, name] = /^nindent (\d+) \(include "([\w.-]+)"\)$/.exec(text) ?? [];
  return name !== undefined && endsLine ? `\n${' '.repeat(Number(width))}{{> ${name}}}` : tag(text);
}

/** Braces that are text. */
const escaped = (text: string): string => text.replaceAll('{{', '\\{{');

/** What is called stands in parentheses within others only, and a constant is text: in braces it would be a name. */
function tag(text: string): string {
  if (/^["']/.test(text)) return escaped(text.slice(1, -1));
  if (/^(?:-?[\d.]+|true|false)$/.test(text)) return text;
  return `{{${text.startsWith('(') ? text.slice(1, -1) : text}}}`;
}

/** `$x := …` : Handlebars sets no variables, so that what one stands for is written where it is used. */
function withVariable(pipe: PipeNode, scope: Scope, rest: readonly Statement[]): Scope {
  const [variable] = pipe.variables;
  if (pipe.assign || !variable || pipe.variables.length > 1)
    throw new Untranslatable(pipe.pos, `${describe(pipe)}: Handlebars sets no variables`);
  const text = expression({ ...pipe, variables: [] }, scope, true);
  if (rest.length > 0 && MADE.test(text))
    throw new Untranslatable(pipe.pos, `${variable.name} holds what would be made anew at each use`);
  const here = scope.variables.get('.here')?.dotOf;
  const kept: Variable = { text, ...(here ? { dotOf: here } : {}) };
  return { ...scope, variables: new Map([...scope.variables, [variable.name, kept]]) };
}

const MADE = /\b(?:rand\w+|gen\w+|uuidv4|now|shuffle|bcrypt|htpasswd|lookup)\b/;

function branch(node: BranchNode | RangeNode, scope: Scope, endsLine: boolean): string {
  const { opening, closing, inside } = headOf(node, scope);
  const body = statements(node.list, inside);
  const otherwise = node.elseList && statements(node.elseList, scope);
  const lines = endsLine && body.startsWith('\n') && (otherwise === undefined || otherwise.startsWith('\n'));
  const margin = lines ? `\n${/^\n+( *)/.exec(body)?.[1] ?? ''}` : '';
  const rest = otherwise === undefined ? '' : `${margin}{{else}}${otherwise}`;
  return `${margin}${opening}${body}${rest}${margin}${closing}`;
}

function headOf(node: BranchNode | RangeNode, scope: Scope) {
  const [first, second] = node.pipe.variables;
  const pipe = { ...node.pipe, variables: [] };
  const about = expression(pipe, scope, true);
  if (node.kind === 'if') {
    if (first) throw new Untranslatable(node.pos, `${describe(node.pipe)}: Handlebars sets no variables`);
    return { opening: `{{#if ${about}}}`, closing: '{{/if}}', inside: scope };
  }
  const names = new Map(scope.variables);
  const word = node.kind === 'with' ? 'with' : 'each';
  const inside: Scope = { ...scope, isRoot: false, variables: names };
  names.set('.here', { text: '', dotOf: inside });
  const named = (name: string): string => name.slice(1);
  const [value, key] = second ? [second, first] : [first, undefined];
  for (const one of [value, key]) if (one) names.set(one.name, { text: named(one.name) });
  const as = value ? ` as |${[value, key].flatMap((one) => (one ? [named(one.name)] : [])).join(' ')}|` : '';
  return { opening: `{{#${word} ${about}${as}}}`, closing: `{{/${word}}}`, inside };
}

/** Every call of a defined template in these statements, with what it hands over, and whether the dot is the whole there. */
export function* callsIn(
  list: readonly Statement[],
  isRoot: boolean,
): Generator<{ readonly name: string; readonly node: TemplateNode | PipeNode; readonly isRoot: boolean }> {
  for (const node of list) {
    if (node.kind === 'template') yield { name: node.name, node, isRoot };
    if (node.kind === 'action' || node.kind === 'template') {
      if (node.pipe) yield* callsOf(node.pipe, isRoot);
    } else if (node.kind === 'if' || node.kind === 'with' || node.kind === 'range') {
      yield* callsOf(node.pipe, isRoot);
      yield* callsIn(node.list, node.kind === 'if' ? isRoot : false);
      yield* callsIn(node.elseList ?? [], isRoot);
    }
  }
}

function* callsOf(
  pipe: PipeNode,
  isRoot: boolean,
): Generator<{ readonly name: string; readonly node: PipeNode; readonly isRoot: boolean }> {
  for (const command of pipe.commands) {
    const [name, context] = command.args;
    if (command.first.kind === 'identifier' && command.first.name === 'include' && name?.kind === 'string')
      yield {
        name: name.value,
        node: {
          ...pipe,
          variables: [],
          commands: context ? [{ kind: 'command', pos: context.pos, first: context, args: [] }] : [],
        },
        isRoot,
      };
    for (const one of [command.first, ...command.args]) if (one.kind === 'pipe') yield* callsOf(one, isRoot);
  }
}
