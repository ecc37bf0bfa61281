import { MEMBERS } from './data.ts';
import { SIGNATURES, type Sort, TEXTS } from './functions.data.ts';
import { expression, fixed, type Piece } from './node.ts';
import type { Random } from './random.ts';

export interface Scope {
  readonly random: Random;
  /** Variables that are declared here. */
  readonly variables: readonly string[];
  /** Templates that may be included here: those defined before. */
  readonly templates: readonly string[];
}

/** Functions that nearly always fail, or that give whatever they are given: rarely asked for. */
const RARE: ReadonlySet<string> = new Set([
  'call',
  'fail',
  'nonesuch',
  'mustFromJson',
  'required',
  'semver',
  'fromToml',
]);
const NAMES = Object.keys(SIGNATURES);
const BY_RESULT = new Map<Sort, string[]>([['any', NAMES.filter((name) => !RARE.has(name))]]);
for (const [name, [, result]] of Object.entries(SIGNATURES)) {
  if (result !== 'any' && !RARE.has(name)) BY_RESULT.set(result, [...(BY_RESULT.get(result) ?? []), name]);
}

const SMALL = ['0', '1', '2', '3', '4', '5', '8', '-1', '-2', '12'];
const INTS = ['0', '1', '-1', '2', '42', '7', '0x10', '1_000', "'a'", '9223372036854775807', '0b11', '0o17'];
const FLOATS = ['1.5', '0.0', '-2.25', '1e3', '3.0', '0.1', '1e100', '2.5'];
/** Members by what they hold. */
const FIELDS: Readonly<Partial<Record<Sort, readonly string[]>>> = {
  string: ['a'],
  int: ['b'],
  float: ['b'],
  bool: ['c'],
  list: ['d'],
  map: ['e'],
  any: Object.keys(MEMBERS),
};

/** Some texts are better written raw: in Go both are the same. */
function quoted(text: string, random: Random): string {
  if (random.chance(0.15) && !text.includes('`')) return `\`${text}\``;
  return JSON.stringify(text);
}

function literal(sort: Sort, random: Random): string {
  const texts = TEXTS[sort];
  if (texts) return quoted(random.pick(texts), random);
  if (sort === 'int') return random.pick(INTS);
  if (sort === 'float') return random.pick(FLOATS);
  if (sort === 'small') return random.pick(SMALL);
  if (sort === 'date') return `(int64 ${random.pick(['0', '86399', '1700000000', '-1'])})`;
  if (sort === 'bool') return random.pick(['true', 'false']);
  return random.pick(['1', '"s"', '2.5', 'true', 'nil', '""', '0']);
}

/** A field of the data, from `$` mostly: dot is whatever `with` and `range` made of it. */
function field(sort: Sort, scope: Scope): string {
  const { random, variables } = scope;
  if (variables.length > 1 && random.chance(0.25)) return random.pick(variables.slice(1));
  if (random.chance(0.01)) return `.${random.pick(['missing', 'f.a', 'a.b', 'e.missing.x'])}`;
  const root = random.chance(0.95) ? '$' : '';
  const outer = random.chance(0.3) ? '.e' : '';
  return `${root}${outer}.${random.pick(FIELDS[sort] ?? ['a'])}`;
}

/** An operand: what may stand as an argument. */
export function operand(sort: Sort, scope: Scope, depth: number): Piece {
  const { random } = scope;
  if (sort === 'small' || sort === 'literal')
    return fixed(literal(sort === 'small' ? sort : random.pick(['string', 'int', 'float', 'bool']), random));
  // Of what is no date, sprig's functions take the time that it is.
  if (sort === 'date') return fixed(literal('date', random));
  if (sort === 'fresh') return fixed('(deepCopy ', operand('map', scope, depth), ')');
  const wanted: Sort = random.chance(0.04)
    ? random.pick(['any', 'string', 'int', 'float', 'bool', 'list', 'map'])
    : sort;
  const roll = random.next();
  const isMade = wanted === 'list' || wanted === 'map';
  if (depth > 0 && (roll < 0.35 || (isMade && roll < 0.75)))
    return expression('(', call(wanted, scope, depth - 1), ')');
  if (roll < 0.6 || isMade) return expression(random.chance(0.01) ? '.' : field(wanted, scope));
  return expression(literal(wanted, random));
}

function nameFor(sort: Sort, random: Random, other: number): string {
  const names = BY_RESULT.get(sort);
  return names && !random.chance(other) ? random.pick(names) : random.pick(NAMES);
}

function sorts(parameters: string, random: Random): Sort[] {
  const all = parameters.split(' ').flatMap((parameter) => {
    if (!parameter.endsWith('*')) return [parameter as Sort];
    return Array.from({ length: random.int(4) }, () => parameter.slice(0, -1) as Sort);
  });
  if (!random.chance(0.005)) return all;
  return random.chance(0.5) ? all.slice(0, -1) : [...all, 'any'];
}

/** A call of a function that gives the sort, or with a share of `other` anything. */
export function call(sort: Sort, scope: Scope, depth: number, other = 0.03): Piece {
  const { random } = scope;
  if (scope.templates.length > 0 && random.chance(0.06))
    return expression(
      `include "${random.pick(scope.templates)}" `,
      random.chance(0.9) ? '$' : operand('any', scope, 0),
    );
  // Go gives the keys of a map in any order.
  if (random.chance(0.03)) return expression('keys ', operand('map', scope, depth), ' | sortAlpha');
  const name = nameFor(sort, random, other);
  const [parameters = ''] = SIGNATURES[name] ?? [];
  const args = sorts(parameters, random).map((one) => operand(one, scope, depth));
  return expression(name, ...args.flatMap((arg) => [' ', arg]));
}

/** A pipeline: what may stand in an action. */
export function pipeline(sort: Sort, scope: Scope, depth: number): Piece {
  const { random } = scope;
  const roll = random.next();
  if (roll < 0.15) return operand(sort, scope, depth);
  if (roll < 0.65) return call(sort, scope, depth);
  const name = nameFor(sort, random, 0.03);
  const parameters = sorts(SIGNATURES[name]?.[0] ?? '', random);
  const last = parameters.pop() ?? 'any';
  if (last === 'small' || last === 'literal' || last === 'fresh' || last === 'date')
    return call(sort, scope, depth);
  const args = parameters.map((one) => operand(one, scope, depth - 1)).flatMap((arg) => [' ', arg]);
  return expression(pipeline(last, scope, depth - 1), ` | ${name}`, ...args);
}
