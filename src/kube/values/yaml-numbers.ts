import { integerOf } from './json.ts';

/** No number of JSON is written with so many; reading millions of digits takes quadratic time. */
export const MAX_DIGITS = 400;

/** Integers of YAML 1.1 as Go reads them: a leading zero is octal (`defaultMode: 0644`), underscores are spacing. */
export const GO_INTEGER = /^[-+]?(?:0[xX][0-9a-fA-F_]+|0[oO]?[0-7_]*|0[bB][01_]+|[1-9][0-9_]*)$/;

/** The value of a text that `GO_INTEGER` matches. */
export function goInteger(source: string): bigint {
  const plain = source.replace(/[-+_]/g, '').replace(/^0[oO]?(?=[0-7])/, '0o');
  const magnitude = BigInt(plain);
  return source.startsWith('-') ? -magnitude : magnitude;
}

export const integerIn = (source: string): number | bigint => integerOf(goInteger(source));
