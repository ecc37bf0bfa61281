import { parseNumber } from './constants.ts';
import { quote, unquote } from './format/quote.ts';
import type { Lexer } from './lex.ts';
import {
  type ChainNode,
  type CommandNode,
  describe,
  type Expression,
  type PipeNode,
  type VariableNode,
} from './nodes.ts';
import type { Token, TokenType } from './tokens.ts';
import { TokenStream } from './tokenstream.ts';

/** Parentheses in parentheses; Go has 10,000, which the stack of JavaScript does not. */
const MAX_PARENTHESES = 400;

/** What an operand may begin with. */
const OPERANDS: ReadonlySet<TokenType> = new Set<TokenType>([
  'bool',
  'charConstant',
  'complex',
  'dot',
  'field',
  'identifier',
  'number',
  'nil',
  'rawString',
  'string',
  'variable',
  'leftParen',
]);

/** Expressions that cannot take the value of the command before them. */
const CONSTANTS: ReadonlySet<Expression['kind']> = new Set<Expression['kind']>([
  'bool',
  'dot',
  'nil',
  'number',
  'string',
]);

/** Pipelines, their commands and operands (text/template/parse/parse.go). */
export class PipelineParser extends TokenStream {
  protected readonly hasFunction: (name: string) => boolean;
  /** The variables that are declared at this place. */
  protected readonly variables: string[] = ['$'];
  private parentheses = 0;

  constructor(lexer: Lexer, file: string, text: string, hasFunction: (name: string) => boolean) {
    super(lexer, file, text);
    this.hasFunction = hasFunction;
  }

  /** Up to `end`, which is consumed. */
  protected pipeline(context: string, end: 'rightDelim' | 'rightParen'): PipeNode {
    const { pos } = this.peekNonSpace();
    const variables: VariableNode[] = [];
    const assign = this.declarations(context, variables);
    const commands: CommandNode[] = [];
    for (let token = this.nextNonSpace(); token.type !== end; token = this.nextNonSpace()) {
      if (!OPERANDS.has(token.type)) this.unexpected(token, context);
      this.backup();
      commands.push(this.command());
    }
    this.checkPipeline(commands, context);
    return { kind: 'pipe', pos, assign, variables, commands };
  }

  /** `$x :=`, `$x =`, `$i, $x :=`: adds them to `into`. Whether they are assigned, not declared. */
  private declarations(context: string, into: VariableNode[]): boolean {
    for (;;) {
      const variable = this.peekNonSpace();
      if (variable.type !== 'variable') return false;
      this.next();
      // A variable may be an argument as well, and the space behind it then parts it from the next one.
      const after = this.peek();
      const next = this.peekNonSpace();
      const isComma = next.type === 'char' && next.value === ',';
      if (next.type !== 'assign' && next.type !== 'declare' && !isComma) {
        if (after.type === 'space') this.backupAll(after, variable);
        else this.backupAll(variable);
        return false;
      }
      this.nextNonSpace();
      into.push(variableNode(variable.pos, variable.value));
      this.variables.push(variable.value);
      if (!isComma) return next.type === 'assign';
      this.checkComma(context, into.length);
    }
  }

  /** Only `range` declares two. */
  private checkComma(context: string, declared: number): void {
    if (context !== 'range' || declared >= 2) this.fail(`too many declarations in ${context}`);
    const { type } = this.peekNonSpace();
    if (type !== 'variable' && type !== 'rightDelim' && type !== 'rightParen')
      this.fail('range can only initialize variables');
  }

  private checkPipeline(commands: readonly CommandNode[], context: string): void {
    if (commands.length === 0) this.fail(`missing value for ${context}`);
    const stage = commands.findIndex(({ first }, i) => i > 0 && CONSTANTS.has(first.kind));
    if (stage > 0) this.fail(`non executable command in pipeline stage ${stage + 1}`);
  }

  /** Operands up to a pipe, which is consumed, or the end of the pipeline, which is not. */
  private command(): CommandNode {
    const { pos } = this.peekNonSpace();
    const operands: Expression[] = [];
    for (;;) {
      this.peekNonSpace();
      const operand = this.operand();
      if (operand) operands.push(operand);
      const token = this.next();
      if (token.type === 'space') continue;
      if (token.type === 'rightDelim' || token.type === 'rightParen') this.backup();
      else if (token.type !== 'pipe') this.unexpected(token, 'operand');
      break;
    }
    const [first, ...args] = operands;
    if (!first) return this.fail('empty command');
    return { kind: 'command', pos, first, args };
  }

  /** A term with the fields that follow it. */
  private operand(): Expression | undefined {
    const node = this.term();
    if (!node || this.peek().type !== 'field') return node;
    const { pos } = this.peek();
    const names: string[] = [];
    while (this.peek().type === 'field') names.push(this.next().value.slice(1));
    switch (node.kind) {
      case 'field':
        return { kind: 'field', pos, names: [...node.names, ...names] };
      case 'variable':
        return { kind: 'variable', pos, name: node.name, names: [...node.names, ...names] };
      case 'bool':
      case 'string':
      case 'number':
      case 'nil':
      case 'dot':
        return this.fail(`unexpected . after term ${quote(describe(node))}`);
    }
    return { kind: 'chain', pos, node, names } satisfies ChainNode;
  }

  /** undefined where the next token begins no term. */
  private term(): Expression | undefined {
    const token = this.nextNonSpace();
    const { pos, value } = token;
    switch (token.type) {
      case 'identifier':
        if (!this.hasFunction(value)) this.fail(`function ${quote(value)} not defined`);
        return { kind: 'identifier', pos, name: value };
      case 'dot':
      case 'nil':
        return { kind: token.type, pos };
      case 'variable':
        return this.variable(token);
      case 'field':
        return { kind: 'field', pos, names: [value.slice(1)] };
      case 'bool':
        return { kind: 'bool', pos, value: value === 'true' };
      case 'string':
      case 'rawString':
        return { kind: 'string', pos, value: this.unquoted(token), quoted: value };
      case 'charConstant':
      case 'complex':
      case 'number': {
        const number = parseNumber(value, token.type, pos);
        return typeof number === 'string' ? this.fail(number) : number;
      }
      case 'leftParen':
        return this.parenthesized();
    }
    this.backup();
    return undefined;
  }

  private parenthesized(): PipeNode {
    if (this.parentheses >= MAX_PARENTHESES) this.fail('max expression depth exceeded');
    this.parentheses += 1;
    const pipe = this.pipeline('parenthesized pipeline', 'rightParen');
    this.parentheses -= 1;
    return pipe;
  }

  private variable({ pos, value }: Token): VariableNode {
    const node = variableNode(pos, value);
    if (!this.variables.includes(node.name)) this.fail(`undefined variable ${quote(node.name)}`);
    return node;
  }

  protected unquoted({ value }: Token): string {
    return unquote(value) ?? this.fail('invalid syntax');
  }
}

const variableNode = (pos: number, name: string): VariableNode => ({
  kind: 'variable',
  pos,
  name,
  names: [],
});
