import { bytesOf, withoutEscapes } from './literals.ts';
import { SyntaxProblem } from './problem.ts';
import { Uint, type Value } from './values.ts';

export type Token =
  | { readonly is: 'ident'; readonly text: string; readonly offset: number }
  | { readonly is: 'value'; readonly text: string; readonly value: Value; readonly offset: number }
  | { readonly is: 'symbol'; readonly text: string; readonly offset: number }
  | { readonly is: 'end'; readonly text: ''; readonly offset: number };

const BLANK = /(?:[ \t\r\n\f]|\/\/[^\n]*)+/y;
const WORD = /[_a-zA-Z][_a-zA-Z0-9]*/y;
const DOUBLE = /(?:\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?)/y;
const INTEGER = /(?:0[xX][0-9a-fA-F]+|\d+)[uU]?/y;
const QUOTE = /([rRbB]{0,2})("""|'''|"|')/y;
const SYMBOL = /&&|\|\||==|!=|<=|>=|[<>+\-*/%!?:.,()[\]{}]/y;

const WORDS: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

/** The words of an expression. @throws SyntaxProblem */
export function tokenize(source: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    return pattern.exec(source);
  };
  while (true) {
    at += take(BLANK)?.[0].length ?? 0;
    if (at >= source.length) break;
    const token = quoted(source, at, take(QUOTE)) ?? number(at, take) ?? word(at, take) ?? symbol(at, take);
    if (!token)
      throw new SyntaxProblem(at, `Syntax error: token recognition error at: '${source.slice(at, at + 1)}'`);
    tokens.push(token);
    at += token.text.length;
  }
  tokens.push({ is: 'end', text: '', offset: source.length });
  return tokens;
}

type Take = (pattern: RegExp) => RegExpExecArray | null;

function word(offset: number, take: Take): Token | undefined {
  const text = take(WORD)?.[0];
  if (text === undefined) return undefined;
  const value = WORDS.get(text);
  if (value !== undefined) return { is: 'value', text, value, offset };
  return { is: text === 'in' ? 'symbol' : 'ident', text, offset };
}

function symbol(offset: number, take: Take): Token | undefined {
  const text = take(SYMBOL)?.[0];
  return text === undefined ? undefined : { is: 'symbol', text, offset };
}

function number(offset: number, take: Take): Token | undefined {
  const double = take(DOUBLE)?.[0];
  if (double !== undefined) return { is: 'value', text: double, value: Number(double), offset };
  const text = take(INTEGER)?.[0];
  if (text === undefined) return undefined;
  const isUint = /[uU]$/.test(text);
  const value = BigInt(isUint ? text.slice(0, -1) : text);
  // 2^63 is let through for the sign before it; the parser looks again.
  if (value > (isUint ? 2n ** 64n - 1n : 2n ** 63n))
    throw new SyntaxProblem(offset, `invalid ${isUint ? 'uint' : 'int'} literal`);
  return { is: 'value', text, value: isUint ? new Uint(value) : value, offset };
}

function quoted(source: string, offset: number, open: RegExpExecArray | null): Token | undefined {
  if (!open) return undefined;
  const [start, prefix = '', quote = ''] = open;
  const flags = prefix.toLowerCase();
  if (flags === 'rr' || flags === 'bb') return undefined;
  const isRaw = flags.includes('r');
  const from = offset + start.length;
  const end = closing(source, from, quote, isRaw);
  if (end === undefined)
    throw new SyntaxProblem(
      offset,
      `Syntax error: token recognition error at: '${source.slice(offset, offset + 20)}'`,
    );
  const body = source.slice(from, end);
  const isBytes = flags.includes('b');
  const value = isBytes ? bytesOf(body, isRaw, offset) : isRaw ? body : withoutEscapes(body, offset);
  return { is: 'value', text: source.slice(offset, end + quote.length), value, offset };
}

function closing(source: string, from: number, quote: string, isRaw: boolean): number | undefined {
  for (let at = from; at < source.length; at++) {
    if (source.startsWith(quote, at)) return at;
    if (quote.length === 1 && source[at] === '\n') return undefined;
    if (!isRaw && source[at] === '\\') at += 1;
  }
  return undefined;
}
