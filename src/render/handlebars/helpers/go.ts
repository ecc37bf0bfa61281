import type { Chance } from '../../gotemplate/chance.ts';
import { cryptoFunctions } from '../../gotemplate/functions/crypto.ts';
import { dateFunctions } from '../../gotemplate/functions/dates.ts';
import { ENCODING } from '../../gotemplate/functions/encoding.ts';
import { SPRIG } from '../../gotemplate/functions/sprig.ts';
import { timeStruct } from '../../gotemplate/functions/times.ts';
import { type Made, timeOnce } from '../../gotemplate/made.ts';
import { createPlaces } from '../../gotemplate/places.ts';
import { RFC3339_NANO } from '../../gotemplate/time/layout.ts';
import { parseTime } from '../../gotemplate/time/parse.ts';
import { type FunctionTable, GoError, type GoFunction, type Value } from '../../gotemplate/values.ts';
import { fromGo, goArguments } from '../govalues.ts';
import { HelperError } from '../helper.ts';
import type { Call, Parts } from '../types.ts';
import type { ContextHelper } from './context.ts';
import { HELPERS } from './index.ts';

/** A template must not see the environment of the process. */
const HIDDEN: ReadonlySet<string> = new Set(['env', 'expandenv']);

const ALONE: FunctionTable = { ...SPRIG, ...ENCODING };

const ofChance = (made: Made, chance: Chance): FunctionTable => ({
  ...cryptoFunctions({ ...chance, made }),
  ...dateFunctions({ now: timeOnce(made, chance.now) }),
});

const refuse = (): never => {
  throw new Error('functions are made for a render');
};
/** The names alone: what the functions do belongs to a render. */
const OF_CHANCE: FunctionTable = ofChance(
  { places: createPlaces(), enter: refuse, take: refuse, used: refuse },
  { random: refuse, now: refuse, generateKey: refuse },
);

/**
 * What sprig has and no helper of ours does already, as the functions of Go templates do it. What they would make anew each time is made
 * once and kept, as for Helm charts; a call is known again by what stands before it in its template.
 */
export const GO_HELPERS: Readonly<Record<string, ContextHelper>> = Object.fromEntries([
  ...missing(ALONE).map(([name, own]) => [
    name,
    (args: readonly unknown[], { parts }: Call) => run(name, own, args, parts),
  ]),
  ...missing(OF_CHANCE).map(([name]) => [
    name,
    (args: readonly unknown[], call: Call) => runOnce(name, args, call),
  ]),
]);

function missing(table: FunctionTable): [string, GoFunction][] {
  return Object.entries(table).filter(([name]) => !Object.hasOwn(HELPERS, name) && !HIDDEN.has(name));
}

function run(name: string, own: GoFunction, args: readonly unknown[], { budget }: Parts): unknown {
  try {
    return fromGo(own.call(withTimes(name, own, goArguments(own, args)), budget));
  } catch (error) {
    if (error instanceof GoError) throw new HelperError(error.message);
    throw error;
  }
}

const tables = new WeakMap<Made, FunctionTable>();

function runOnce(name: string, args: readonly unknown[], { parts, place }: Call): unknown {
  const { made, chance } = parts;
  const table = tables.get(made) ?? ofChance(made, chance);
  tables.set(made, table);
  const own = table[name];
  if (!own) throw new Error(`no function ${name}`);
  const before = parts.textBefore(place);
  made.places.begin({ name: place.file, tail: () => before, unwritten: () => undefined });
  try {
    return run(name, own, args, parts);
  } finally {
    made.places.end();
  }
}

const DATES: ReadonlySet<string> = new Set(Object.keys(dateFunctions({ now: refuse })));
const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[-+]\d\d:\d\d)$/;

/** A time is a text here: what `now` gave, or a value of a file. */
const withTimes = (name: string, { params }: GoFunction, args: readonly Value[]): readonly Value[] =>
  DATES.has(name)
    ? args.map((arg, i) =>
        params[i] === 'any' && typeof arg === 'string' && RFC3339.test(arg)
          ? timeStruct(parseTime(RFC3339_NANO, arg))
          : arg,
      )
    : args;
