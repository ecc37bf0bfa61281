import { mended, searching } from '../bytewise.ts';
import { compareText } from '../kinds.ts';
import { type Budget, type GoMap, type GoSlice, strings, typed, type Value } from '../values.ts';
import { makeRoom } from './charged.ts';
import { define } from './define.ts';
import { elementsOf, isStringSlice, strslice, strval } from './texts.ts';

/** strings.SplitN: at most `limit` parts, the last with the rest; below zero all. An empty separator splits into runes. */
export function splitText(text: string, separator: string, limit = -1): string[] {
  if (limit === 0) return [];
  const parts = separator === '' ? [...text] : searching((t = '', s = '') => t.split(s), text, separator);
  if (limit < 0 || parts.length <= limit) return parts;
  return [...parts.slice(0, limit - 1), parts.slice(limit - 1).join(separator)];
}

/** The parts under the names _0, _1 and so on. */
function numbered(parts: readonly string[], budget: Budget): GoMap {
  budget.spend(parts.length);
  return typed(new Map(parts.map((part, i) => [`_${i}`, part])), { name: 'map[string]string' });
}

function join(separator: string, list: Value, budget: Budget): string {
  const parts = strslice(list, budget);
  makeRoom(
    budget,
    parts.reduce((length, part) => length + part.length + separator.length, 0),
  );
  return mended(parts.join(separator));
}

/** Sorted by bytes. A []string is sorted in its place, for all who hold it, as Go does it. */
function sortAlpha(list: Value, budget: Budget): GoSlice {
  if (!elementsOf(list)) return strings([strval(list, budget)]);
  const texts = isStringSlice(list) ? list : strings(strslice(list, budget));
  budget.spend(texts.length * Math.ceil(Math.log2(texts.length + 1)));
  return texts.sort((a, b) => compareText(String(a), String(b)));
}

export const SPLITTING = {
  split: define(['string', 'string'], ([separator, text], budget) =>
    numbered(splitText(text, separator), budget),
  ),
  splitn: define(['string', 'int', 'string'], ([separator, limit, text], budget) =>
    numbered(splitText(text, separator, Number(limit)), budget),
  ),
  splitList: define(['string', 'string'], ([separator, text], budget) => {
    const parts = splitText(text, separator);
    budget.spend(parts.length);
    return strings(parts);
  }),
  join: define(['string', 'any'], ([separator, list], budget) => join(separator, list, budget)),
  sortAlpha: define(['any'], ([list], budget) => sortAlpha(list, budget)),
  toStrings: define(['any'], ([list], budget) =>
    isStringSlice(list) ? list : strings(strslice(list, budget)),
  ),
};
