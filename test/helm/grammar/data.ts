import { TEXTS } from './functions.data.ts';
import type { Random } from './random.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const NUMBERS = [0, 1, -1, 2, 7, 1.5, -0.25, 100, 1e6, 1234567, 1e21, 0.1, 3.0000001, 4294967296, 1e-7];

/** What a member holds, by its name, so that a template can ask for what a function takes. */
export const MEMBERS = { a: 'string', b: 'float', c: 'bool', d: 'list', e: 'map', f: 'any' } as const;
type Kind = (typeof MEMBERS)[keyof typeof MEMBERS];

/** Data such as charts have them, three maps deep. Members hold what their names say, mostly. */
export const randomData = (random: Random): Json => map(random, 3);

function map(random: Random, depth: number): Json {
  const present = Object.entries(MEMBERS).filter(() => depth > 2 || random.chance(0.85));
  return Object.fromEntries(
    present.map(([key, kind]) => [key, value(random, random.chance(0.05) ? 'any' : kind, depth)]),
  );
}

function value(random: Random, kind: Kind, depth: number): Json {
  if (kind === 'string') return random.pick(TEXTS.string ?? []);
  if (kind === 'float') return random.pick(NUMBERS);
  if (kind === 'bool') return random.chance(0.5);
  if (kind === 'map') return depth > 0 ? map(random, depth - 1) : {};
  if (kind === 'list') return list(random, depth);
  return random.chance(0.2) ? null : value(random, random.pick(Object.values(MEMBERS)), depth - 1);
}

/** Most lists of charts have elements of one kind. */
function list(random: Random, depth: number): Json {
  const kind = random.pick(['string', 'string', 'float', 'map', 'any'] as const);
  return Array.from({ length: random.int(4) }, () => value(random, kind, depth - 1));
}
