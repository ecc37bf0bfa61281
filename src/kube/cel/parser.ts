import { call, type Element, type Entry, type Expr, type Field, ident, literal, memberCall } from './ast.ts';
import { type ExpandMacro, expandMacro } from './macros.ts';
import { SyntaxProblem } from './problem.ts';
import { type Token, tokenize } from './tokens.ts';

/** cel-go's `ExpressionSizeCodePointLimit`. */
const MAX_SIZE = 100_000;
/** cel-go's `MaxRecursionDepth`, of expressions in one another. */
const MAX_DEPTH = 250;
/** Operators in a row, `a + b + c`: each is an expression in the next one, and later steps recurse. */
const MAX_CHAIN = 1_000;

const RESERVED = new Set(
  'as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

const RELATIONS = ['<', '<=', '>=', '>', '==', '!=', 'in'];
const OPERATORS: Readonly<Record<string, string>> = { in: '@in' };
const operator = (symbol: string): string => OPERATORS[symbol] ?? `_${symbol}_`;

/** The expression, with macros expanded. @throws SyntaxProblem */
export function parse(source: string, expand: ExpandMacro = expandMacro): Expr {
  const size = source.length > MAX_SIZE ? [...source].length : 0;
  if (size > MAX_SIZE)
    throw new SyntaxProblem(0, `expression code point size exceeds limit: size: ${size}, limit ${MAX_SIZE}`);
  const parser = new Parser(tokenize(source), expand);
  const expr = parser.expression();
  parser.end();
  return expr;
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #expand: ExpandMacro;
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[], expand: ExpandMacro) {
    this.#tokens = tokens;
    this.#expand = expand;
  }

  get #next(): Token {
    // The last token is the end, which is never taken.
    return this.#tokens[this.#at] as Token;
  }

  end(): void {
    if (this.#next.is !== 'end') throw this.#unexpected('<EOF>');
  }

  expression(): Expr {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH)
      throw new SyntaxProblem(this.#next.offset, `expression recursion limit exceeded: ${MAX_DEPTH}`);
    const condition = this.#logical('||', () => this.#logical('&&', () => this.#relation()));
    const { offset } = this.#next;
    let expr = condition;
    if (this.#takes('?')) {
      const yes = this.#logical('||', () => this.#logical('&&', () => this.#relation()));
      this.#expect(':');
      expr = call('_?_:_', [condition, yes, this.expression()], offset);
    }
    this.#depth -= 1;
    return expr;
  }

  /** Balanced, so that long chains stay shallow. */
  #logical(symbol: string, operand: () => Expr): Expr {
    const terms = [operand()];
    const offsets: number[] = [];
    while (this.#sees(symbol)) {
      offsets.push(this.#take().offset);
      terms.push(operand());
    }
    const balance = (from: number, to: number): Expr => {
      if (from === to) return terms[from] as Expr;
      const middle = (from + to) >> 1;
      return call(`_${symbol}_`, [balance(from, middle), balance(middle + 1, to)], offsets[middle] as number);
    };
    return balance(0, terms.length - 1);
  }

  #relation(): Expr {
    return this.#chain(RELATIONS, () =>
      this.#chain(['+', '-'], () => this.#chain(['*', '/', '%'], () => this.#unary())),
    );
  }

  #chain(symbols: readonly string[], operand: () => Expr): Expr {
    let left = operand();
    for (let length = 1; symbols.some((symbol) => this.#sees(symbol)); length++) {
      if (length > MAX_CHAIN)
        throw new SyntaxProblem(this.#next.offset, `more than ${MAX_CHAIN} operators in a row`);
      const { text, offset } = this.#take();
      left = call(operator(text), [left, operand()], offset);
    }
    return left;
  }

  #unary(): Expr {
    const { text, offset } = this.#next;
    if (text !== '!' && text !== '-') return this.#member(this.#primary());
    let count = 0;
    while (this.#takes(text)) count += 1;
    const next = this.#next;
    if (text === '-' && next.is === 'value' && isNumber(next.value)) {
      this.#take();
      const number = this.#member(literal(-(next.value as number), offset));
      return count % 2 === 1 ? number : call('-_', [number], offset);
    }
    const operand = this.#member(this.#primary());
    return count % 2 === 0 ? operand : call(text === '!' ? '!_' : '-_', [operand], offset);
  }

  #member(start: Expr): Expr {
    let expr = start;
    for (let length = 0; ; length++) {
      if (length > MAX_CHAIN)
        throw new SyntaxProblem(this.#next.offset, `more than ${MAX_CHAIN} selections in a row`);
      const { offset } = this.#next;
      if (this.#takes('.')) expr = this.#selection(expr, offset);
      else if (this.#takes('[')) expr = this.#index(expr, offset);
      else if (this.#sees('{') && structName(expr) !== undefined) expr = this.#struct(expr);
      else return expr;
    }
  }

  #selection(operand: Expr, offset: number): Expr {
    const isOptional = this.#takes('?');
    const name = this.#name();
    if (isOptional) return call('_?._', [operand, literal(name.text, name.offset)], offset);
    const open = this.#next;
    if (!this.#takes('(')) return { is: 'select', operand, field: name.text, testOnly: false, offset };
    const args = this.#list(')');
    return (
      this.#expand(name.text, operand, args, open.offset) ?? memberCall(name.text, operand, args, open.offset)
    );
  }

  #index(operand: Expr, offset: number): Expr {
    const name = this.#takes('?') ? '_[?_]' : '_[_]';
    const index = this.expression();
    this.#expect(']');
    return call(name, [operand, index], offset);
  }

  #struct(type: Expr): Expr {
    const { offset } = this.#take();
    const fields: Field[] = [];
    while (!this.#takes('}')) {
      const optional = this.#takes('?');
      const name = this.#name();
      this.#expect(':');
      fields.push({ name: name.text, offset: name.offset, value: this.expression(), optional });
      if (!this.#takes(',') && !this.#sees('}')) throw this.#unexpected('}');
    }
    return { is: 'struct', name: structName(type) ?? '', fields, offset };
  }

  #primary(): Expr {
    const token = this.#next;
    const { offset } = token;
    if (token.is === 'value') {
      this.#take();
      if (token.value === 2n ** 63n) throw new SyntaxProblem(offset, 'invalid int literal');
      return literal(token.value, offset);
    }
    if (this.#takes('(')) {
      const expr = this.expression();
      this.#expect(')');
      return expr;
    }
    if (this.#takes('[')) return { is: 'list', elements: this.#elements(), offset };
    if (this.#takes('{')) return { is: 'map', entries: this.#entries(), offset };
    this.#takes('.');
    const name = this.#identifier();
    const open = this.#next;
    if (!this.#takes('(')) return ident(name.text, name.offset);
    const args = this.#list(')');
    return this.#expand(name.text, undefined, args, open.offset) ?? call(name.text, args, open.offset);
  }

  #elements(): Element[] {
    const elements: Element[] = [];
    while (!this.#takes(']')) {
      const optional = this.#takes('?');
      elements.push({ value: this.expression(), optional });
      if (!this.#takes(',') && !this.#sees(']')) throw this.#unexpected(']');
    }
    return elements;
  }

  #entries(): Entry[] {
    const entries: Entry[] = [];
    while (!this.#takes('}')) {
      const optional = this.#takes('?');
      const key = this.expression();
      this.#expect(':');
      entries.push({ key, value: this.expression(), optional });
      if (!this.#takes(',') && !this.#sees('}')) throw this.#unexpected('}');
    }
    return entries;
  }

  #list(close: string): Expr[] {
    const args: Expr[] = [];
    if (this.#takes(close)) return args;
    do args.push(this.expression());
    while (this.#takes(','));
    this.#expect(close);
    return args;
  }

  #identifier(): Token {
    const name = this.#name();
    if (RESERVED.has(name.text)) throw new SyntaxProblem(name.offset, `reserved identifier: ${name.text}`);
    return name;
  }

  #name(): Token {
    if (this.#next.is !== 'ident') throw this.#unexpected('IDENTIFIER');
    return this.#take();
  }

  #sees(symbol: string): boolean {
    return this.#next.is === 'symbol' && this.#next.text === symbol;
  }

  #takes(symbol: string): boolean {
    const is = this.#sees(symbol);
    if (is) this.#at += 1;
    return is;
  }

  #take(): Token {
    const token = this.#next;
    this.#at += 1;
    return token;
  }

  #expect(symbol: string): void {
    if (!this.#takes(symbol)) throw this.#unexpected(`'${symbol}'`);
  }

  #unexpected(expected: string): SyntaxProblem {
    const found = this.#next.is === 'end' ? '<EOF>' : this.#next.text;
    return new SyntaxProblem(
      this.#next.offset,
      `Syntax error: mismatched input '${found}' expecting ${expected}`,
    );
  }
}

const isNumber = (value: unknown): boolean => typeof value === 'bigint' || typeof value === 'number';

/** `a.b.Type` before a brace. */
function structName(expr: Expr): string | undefined {
  if (expr.is === 'ident') return expr.name;
  if (expr.is !== 'select' || expr.testOnly) return undefined;
  const before = structName(expr.operand);
  return before === undefined ? undefined : `${before}.${expr.field}`;
}
