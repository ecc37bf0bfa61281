import { define, variadic } from '../../../src/render/gotemplate/functions/define.ts';
import {
  GoError,
  type GoMap,
  Num,
  type NumType,
  nilMap,
  nilSlice,
  Struct,
  strings,
  type TypeInfo,
  textOf,
  typed,
  type Value,
} from '../../../src/render/gotemplate/values.ts';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const entriesOf = (json: Json | undefined): [string, Json][] =>
  typeof json === 'object' && json !== null ? Object.entries(json) : [];
const itemsOf = (json: Json | undefined): readonly Json[] =>
  Array.isArray(json) ? (json as readonly Json[]) : [];

/**
 * A value of the case files. JSON stands for what encoding/json reads, so numbers are float64; `{"$": type, "v": …}` for the
 * other types: numeric ones by their text, bytes and strings that are not UTF-8 in base64.
 */
export function decode(json: Json): Value {
  if (json === null || typeof json !== 'object') return json;
  if (Array.isArray(json)) return itemsOf(json).map(decode);
  const { $: type, v } = json as { readonly [key: string]: Json };
  return typeof type === 'string' ? special(type, v) : mapOf(json);
}

const mapOf = (json: Json | undefined): GoMap =>
  new Map(entriesOf(json).map(([key, item]) => [key, decode(item)]));
const bytesOfBase64 = (json: Json | undefined): Uint8Array =>
  new Uint8Array(Buffer.from(String(json), 'base64'));

const SPECIAL: Readonly<Record<string, (v: Json | undefined) => Value>> = {
  int: (v) => BigInt(String(v)),
  float64: (v) => Number(String(v).replace('Inf', 'Infinity')),
  float32: (v) => new Num('float32', Math.fround(Number(v))),
  bytes: bytesOfBase64,
  string: (v) => textOf(bytesOfBase64(v)),
  '[]string': (v) => strings(itemsOf(v).map(String)),
  set: (v) => setOf(itemsOf(v).map(String)),
  '[]int': (v) =>
    typed(
      itemsOf(v).map((item) => BigInt(Number(item))),
      { name: '[]int' },
    ),
  'map[string]string': (v) => typed(mapOf(v), { name: 'map[string]string' }),
  'map[string]int': (v) =>
    typed(new Map(entriesOf(v).map(([key, item]) => [key, BigInt(Number(item))])), {
      name: 'map[string]int',
    }),
  'map[string][]byte': (v) =>
    typed(new Map(entriesOf(v).map(([key, item]) => [key, new Uint8Array(Buffer.from(String(item)))])), {
      name: 'map[string][]uint8',
    }),
  vals: (v) => valsOf(mapOf(v)),
  nilmap: () => nilMap(),
  nilslice: () => nilSlice('[]interface {}'),
  struct: (v) => personOf(mapOf(v), 'main.T'),
  pointer: (v) => personOf(mapOf(v), '*main.T'),
  stringer: (v) => new Struct({ name: 'main.S' }, new Map([['v', String(v)]]), { text: () => `S(${v})` }),
  func: () => new Struct({ name: 'func(string, int) (string, error)', call: repeat }, new Map()),
};

function special(type: string, v: Json | undefined): Value {
  const make = SPECIAL[type];
  return make ? make(v) : new Num(type as NumType, BigInt(String(v)));
}

const repeat = define(['string', 'int'], ([text, count]) => {
  if (count < 0n) throw new GoError('negative');
  return text.repeat(Number(count));
});

function setOf(items: readonly string[]): Value {
  const has = define(['string'], ([item]) => items.includes(item));
  return typed([...items], { name: 'main.Set', element: 'string', methods: { Has: has } });
}

const valsOf = (map: GoMap): Value =>
  typed(map, { name: 'main.Vals', methods: { Size: define([], () => BigInt(map.size)) } });

/** A struct of three fields; a pointer to it has methods. */
function personOf(fields: GoMap, name: string): Value {
  const [who, count] = [String(fields.get('Name')), BigInt(Number(fields.get('Count')))];
  const methods: TypeInfo['methods'] = {
    Greet: define(['string'], ([other]) => `hello ${other} from ${who}`),
    Fail: define([], () => {
      throw new GoError('it failed');
    }),
    Sum: variadic([], 'int', (numbers) => numbers.reduce((sum, number) => sum + number, count)),
  };
  const all = new Map<string, Value>([
    ['Name', who],
    ['Count', count],
    ['Any', fields.get('Any') ?? null],
  ]);
  return new Struct({ name, ...(name.startsWith('*') ? { methods } : {}) }, all);
}
