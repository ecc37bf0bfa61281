import { quote } from './format/quote.ts';

/** What the lexer tells apart (text/template/parse/lex.go). Words of the language are types of their own. */
export type TokenType =
  | 'error'
  | 'eof'
  | 'text'
  | 'leftDelim'
  | 'rightDelim'
  | 'leftParen'
  | 'rightParen'
  | 'space'
  | 'pipe'
  | 'assign'
  | 'declare'
  | 'char'
  | 'charConstant'
  | 'complex'
  | 'number'
  | 'string'
  | 'rawString'
  | 'bool'
  | 'field'
  | 'identifier'
  | 'variable'
  | Keyword;

export type Keyword =
  | 'block'
  | 'break'
  | 'continue'
  | 'define'
  | 'else'
  | 'end'
  | 'if'
  | 'nil'
  | 'range'
  | 'template'
  | 'with'
  | 'dot';

export interface Token {
  readonly type: TokenType;
  /** The text of the token; of an error, what is wrong. */
  readonly value: string;
  readonly pos: number;
  /** From 1. */
  readonly line: number;
}

/** The words of the language. */
export const KEYWORDS: ReadonlyMap<string, Keyword> = new Map<string, Keyword>(
  (
    ['block', 'break', 'continue', 'define', 'else', 'end', 'if', 'nil', 'range', 'template', 'with'] as const
  ).map((word) => [word, word]),
);

/** A token as error messages show it. */
export function describeToken({ type, value }: Token): string {
  if (type === 'eof') return 'EOF';
  if (type === 'error') return value;
  if (KEYWORDS.has(type) || type === 'dot') return `<${value}>`;
  if (Buffer.byteLength(value) <= 10) return quote(value);
  return `${quote([...value].slice(0, 10).join(''))}...`;
}
