import { asking, isBroken, mended, searching } from '../bytewise.ts';
import { isSpace } from '../unicode.ts';
import { type Budget, GoError } from '../values.ts';
import { makeRoom } from './charged.ts';
import { define } from './define.ts';

/** strings.TrimSpace */
export function trimSpace(text: string): string {
  let [from, to] = [0, text.length];
  while (from < to && isSpace(text[from] ?? '')) from++;
  while (to > from && isSpace(text[to - 1] ?? '')) to--;
  return text.slice(from, to);
}

/** strings.Trim: without the runes of `set` at both ends. */
export function trimSet(text: string, set: string): string {
  const cut = new Set(set);
  const runes = [...text];
  let [from, to] = [0, runes.length];
  while (from < to && cut.has(runes[from] ?? '')) from++;
  while (to > from && cut.has(runes[to - 1] ?? '')) to--;
  return to - from === runes.length ? text : runes.slice(from, to).join('');
}

const firstOf = (texts: readonly string[]): string => texts[0] ?? '';

const trimPrefix = (prefix: string, text: string): string =>
  firstOf(searching((p = '', t = '') => [t.startsWith(p) ? t.slice(p.length) : t], prefix, text));

const trimSuffix = (suffix: string, text: string): string =>
  firstOf(searching((s = '', t = '') => [t.endsWith(s) ? t.slice(0, t.length - s.length) : t], suffix, text));

/** strings.Repeat */
export function repeat(text: string, count: bigint, budget: Budget): string {
  if (count < 0n) throw new GoError('strings: negative Repeat count');
  const length = BigInt(text.length) * count;
  if (length >= 1n << 63n) throw new GoError('strings: Repeat output length overflow');
  makeRoom(budget, Number(length));
  return text.repeat(text === '' ? 0 : Number(count));
}

/** strings.ReplaceAll; an empty `old` is found before each rune and at the end. */
export function replaceAll(text: string, old: string, by: string, budget: Budget): string {
  const parts = old === '' ? ['', ...text, ''] : partsOf(text, old);
  if (parts.length === 1) return text;
  makeRoom(budget, text.length + (parts.length - 1) * by.length);
  return mended(old === '' ? by + [...text].map((rune) => rune + by).join('') : parts.join(by));
}

const partsOf = (text: string, separator: string): string[] =>
  isBroken(text) || isBroken(separator)
    ? searching((t = '', s = '') => t.split(s), text, separator)
    : text.split(separator);

function indent(spaces: bigint, text: string, budget: Budget): string {
  const pad = repeat(' ', spaces, budget);
  return pad + replaceAll(text, '\n', `\n${pad}`, budget);
}

const trimAll = define(['string', 'string'], ([set, text]) => trimSet(text, set));

export const STRINGS = {
  hello: define([], () => 'Hello!'),
  trim: define(['string'], ([text]) => trimSpace(text)),
  trimall: trimAll,
  trimAll,
  trimPrefix: define(['string', 'string'], ([prefix, text]) => trimPrefix(prefix, text)),
  trimSuffix: define(['string', 'string'], ([suffix, text]) => trimSuffix(suffix, text)),
  contains: define(['string', 'string'], ([part, text]) =>
    asking((p = '', t = '') => t.includes(p), part, text),
  ),
  hasPrefix: define(['string', 'string'], ([prefix, text]) =>
    asking((p = '', t = '') => t.startsWith(p), prefix, text),
  ),
  hasSuffix: define(['string', 'string'], ([suffix, text]) =>
    asking((s = '', t = '') => t.endsWith(s), suffix, text),
  ),
  repeat: define(['int', 'string'], ([count, text], budget) => mended(repeat(text, count, budget))),
  replace: define(['string', 'string', 'string'], ([old, by, text], budget) =>
    replaceAll(text, old, by, budget),
  ),
  indent: define(['int', 'string'], ([spaces, text], budget) => indent(spaces, text, budget)),
  nindent: define(['int', 'string'], ([spaces, text], budget) => `\n${indent(spaces, text, budget)}`),
  plural: define(['string', 'string', 'int'], ([one, many, count]) => (count === 1n ? one : many)),
};
