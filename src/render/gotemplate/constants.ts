import { quote, unquoteCharacter } from './format/quote.ts';
import type { NumberNode } from './nodes.ts';
import { parseFloat64 } from './strconv.ts';

const MAX_INT = 2n ** 63n - 1n;
const MIN_INT = -(2n ** 63n);
const MAX_UINT = 2n ** 64n - 1n;

/** Kinds of tokens that are numbers. */
export type NumberToken = 'charConstant' | 'complex' | 'number';

/** A constant of a template (newNumber of text/template/parse/node.go), or what is wrong with it. */
export function parseNumber(text: string, type: NumberToken, pos: number): NumberNode | string {
  if (type === 'charConstant') return character(text, pos);
  if (type === 'complex' || text.endsWith('i')) return `complex constant ${quote(text)} is not supported`;
  const integer = parseInteger(text);
  if (integer !== undefined) return integerNode(text, integer, pos);
  const float = parseFloat64(text);
  if (float === undefined) return `illegal number syntax: ${quote(text)}`;
  if (!/[.eEpP]/.test(text)) return `integer overflow: ${quote(text)}`;
  const whole = Number.isInteger(float) ? BigInt(float) : undefined;
  return {
    kind: 'number',
    pos,
    text,
    int: whole !== undefined && whole <= MAX_INT && whole >= MIN_INT ? whole : undefined,
    uint: whole !== undefined && whole <= MAX_UINT && whole >= 0n ? whole : undefined,
    float,
    ideal: float,
  };
}

function integerNode(text: string, value: bigint, pos: number): NumberNode {
  const int = value <= MAX_INT && value >= MIN_INT ? value : undefined;
  // A sign makes it no unsigned integer, except for zero.
  const isUnsigned = value === 0n || !/^[+-]/.test(text);
  const uint = isUnsigned && value <= MAX_UINT && value >= 0n ? value : undefined;
  // A hexadecimal number behind a sign passes for a float by its e.
  const ideal = /^[+-].*[eEpP.]/.test(text) ? Number(value) : int;
  return { kind: 'number', pos, text, int, uint, float: Number(value), ideal };
}

function character(text: string, pos: number): NumberNode | string {
  const found = unquoteCharacter(text, 1, "'");
  if (!found) return 'invalid syntax';
  if (text.slice(found.next) !== "'") return `malformed character constant: ${text}`;
  const value = BigInt(found.code);
  return { kind: 'number', pos, text, int: value, uint: value, float: found.code, ideal: value };
}

const INTEGER = /^([+-]?)(0[xX]_?[0-9a-fA-F_]+|0[bB]_?[01_]+|0[oO]_?[0-7_]+|[0-9][0-9_]*)$/;
const UNDERSCORES_WRONG = /__|_$|^_/;

/** strconv.ParseInt in base 0, without a limit of size; undefined for what is no integer. */
function parseInteger(text: string): bigint | undefined {
  const match = INTEGER.exec(text);
  if (!match || UNDERSCORES_WRONG.test(text)) return undefined;
  const [, sign, all = ''] = match;
  const digits = all.replaceAll('_', '');
  const isOldOctal = /^0[0-9]/.test(digits);
  if (isOldOctal && /[89]/.test(digits)) return undefined;
  const value = BigInt(isOldOctal ? `0o${digits}` : digits);
  const signed = sign === '-' ? -value : value;
  return signed > MAX_UINT || signed < MIN_INT ? undefined : signed;
}
