import { quote } from './format/quote.ts';
import type { Value } from './values.ts';

/** The nodes of a parsed template (text/template/parse/node.go). Positions are offsets in the text of the tree. */
export type Statement =
  | TextNode
  | ActionNode
  | BranchNode
  | RangeNode
  | TemplateNode
  | BreakNode
  | ContinueNode;

export type Expression =
  | DotNode
  | NilNode
  | BoolNode
  | NumberNode
  | StringNode
  | FieldNode
  | VariableNode
  | IdentifierNode
  | ChainNode
  | PipeNode;

/** What stands for itself. */
export type ConstantNode = DotNode | BoolNode | NumberNode | StringNode;

export type Node = Statement | Expression | CommandNode;

interface Positioned {
  readonly pos: number;
}

/** What writes to the output knows its line and file, for the sources of lines. */
interface Writer extends Positioned {
  readonly line: number;
  readonly file: string;
}

export interface TextNode extends Writer {
  readonly kind: 'text';
  readonly text: string;
}

export interface ActionNode extends Writer {
  readonly kind: 'action';
  readonly pipe: PipeNode;
}

export interface BranchNode extends Positioned {
  readonly kind: 'if' | 'with';
  readonly pipe: PipeNode;
  readonly list: readonly Statement[];
  readonly elseList: readonly Statement[] | undefined;
}

export interface RangeNode extends Positioned {
  readonly kind: 'range';
  readonly pipe: PipeNode;
  readonly list: readonly Statement[];
  readonly elseList: readonly Statement[] | undefined;
}

export interface TemplateNode extends Positioned {
  readonly kind: 'template';
  readonly name: string;
  readonly pipe: PipeNode | undefined;
}

export interface BreakNode extends Positioned {
  readonly kind: 'break';
}

export interface ContinueNode extends Positioned {
  readonly kind: 'continue';
}

export interface PipeNode extends Positioned {
  readonly kind: 'pipe';
  /** `=` instead of `:=`. */
  readonly assign: boolean;
  readonly variables: readonly VariableNode[];
  readonly commands: readonly CommandNode[];
}

export interface CommandNode extends Positioned {
  readonly kind: 'command';
  readonly first: Expression;
  /** Without the first. */
  readonly args: readonly Expression[];
}

export interface DotNode extends Positioned {
  readonly kind: 'dot';
}

export interface NilNode extends Positioned {
  readonly kind: 'nil';
}

export interface BoolNode extends Positioned {
  readonly kind: 'bool';
  readonly value: boolean;
}

/** A constant, as each of the types that can have it; undefined for the others. */
export interface NumberNode extends Positioned {
  readonly kind: 'number';
  readonly text: string;
  readonly int: bigint | undefined;
  readonly uint: bigint | undefined;
  readonly float: number | undefined;
  /** Where the type is free: float64 for what is written like one, else int; undefined if it overflows that. */
  readonly ideal: Value | undefined;
}

export interface StringNode extends Positioned {
  readonly kind: 'string';
  readonly value: string;
  /** As the template has it. */
  readonly quoted: string;
}

export interface FieldNode extends Positioned {
  readonly kind: 'field';
  readonly names: readonly string[];
}

/** `$x.a.b`: the name with its dollar, then fields. */
export interface VariableNode extends Positioned {
  readonly kind: 'variable';
  readonly name: string;
  readonly names: readonly string[];
}

export interface IdentifierNode extends Positioned {
  readonly kind: 'identifier';
  readonly name: string;
}

/** `(pipeline).a.b` or `function.a` */
export interface ChainNode extends Positioned {
  readonly kind: 'chain';
  readonly node: Expression;
  readonly names: readonly string[];
}

/** A node as Go writes it out, for error messages. */
export function describe(node: Node): string {
  switch (node.kind) {
    case 'text':
      return node.text;
    case 'action':
      return `{{${describe(node.pipe)}}}`;
    case 'if':
    case 'with':
    case 'range':
      return describeBranch(node);
    case 'template':
      return `{{template ${quote(node.name)}${node.pipe ? ` ${describe(node.pipe)}` : ''}}}`;
    case 'break':
    case 'continue':
      return `{{${node.kind}}}`;
    case 'command':
      return [node.first, ...node.args].map(operand).join(' ');
    case 'pipe':
      return describePipe(node);
  }
  return describeOperand(node);
}

function describeOperand(node: Exclude<Expression, PipeNode>): string {
  switch (node.kind) {
    case 'dot':
      return '.';
    case 'nil':
      return 'nil';
    case 'bool':
      return String(node.value);
    case 'number':
      return node.text;
    case 'string':
      return node.quoted;
    case 'field':
      return `.${node.names.join('.')}`;
    case 'variable':
      return [node.name, ...node.names].join('.');
    case 'identifier':
      return node.name;
    case 'chain':
      return [operand(node.node), ...node.names].join('.');
  }
}

const operand = (node: Expression): string => (node.kind === 'pipe' ? `(${describe(node)})` : describe(node));

function describePipe({ variables, assign, commands }: PipeNode): string {
  const declared = variables.map(describe).join(', ');
  const head = declared === '' ? '' : `${declared} ${assign ? '=' : ':='} `;
  return head + commands.map(describe).join(' | ');
}

function describeBranch(node: BranchNode | RangeNode): string {
  const body = node.list.map(describe).join('');
  const rest = node.elseList ? `{{else}}${node.elseList.map(describe).join('')}` : '';
  return `{{${node.kind} ${describe(node.pipe)}}}${body}${rest}{{end}}`;
}

/** A parsed template. Immutable: any number of renders may share it. */
export interface Tree {
  readonly name: string;
  /** Name and text of the file that has it: what errors tell. */
  readonly file: string;
  readonly text: string;
  readonly root: readonly Statement[];
}

const SPACE_ONLY = /^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*$/;

/** Nothing but space and comments. */
export const isEmpty = (nodes: readonly Statement[]): boolean =>
  nodes.every((node) => node.kind === 'text' && SPACE_ONLY.test(node.text));
