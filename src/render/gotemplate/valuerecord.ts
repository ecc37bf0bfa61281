import {
  type GoMap,
  type GoSlice,
  Num,
  type NumType,
  Struct,
  type TypeInfo,
  typed,
  typeInfo,
  type Value,
} from './values.ts';

/**
 * A value as JSON that loses nothing: what JSON has stands for itself, and everything else is an object with one member that names
 * what it is. Types keep their names; a struct keeps its fields and no methods.
 */
export type ValueRecord =
  | null
  | boolean
  | string
  | number
  | { readonly float: string }
  | { readonly int: string }
  | { readonly num: readonly [NumType, string] }
  | { readonly bytes: string }
  | { readonly list: readonly ValueRecord[]; readonly type?: string }
  | { readonly map: readonly Entry[]; readonly type?: string }
  | { readonly struct: readonly Entry[]; readonly type: string };

type Entry = readonly [name: string, value: ValueRecord];

export function recordValue(value: Value): ValueRecord {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number')
    return exact(value) ? value : { float: Object.is(value, -0) ? '-0' : `${value}` };
  if (typeof value === 'bigint') return { int: `${value}` };
  if (value instanceof Num) return { num: [value.type, `${value.value}`] };
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString('base64') };
  if (value instanceof Struct) return { struct: entriesOf(value.fields), type: value.type.name };
  const type = typeOf(typeInfo(value));
  return Array.isArray(value)
    ? { list: value.map(recordValue), ...type }
    : { map: entriesOf(value), ...type };
}

const exact = (value: number): boolean => Number.isFinite(value) && !Object.is(value, -0);

const typeOf = (type: TypeInfo | undefined): { readonly type?: string } => (type ? { type: type.name } : {});

const entriesOf = (members: ReadonlyMap<string, Value>): Entry[] =>
  [...members].map(([name, value]) => [name, recordValue(value)]);

export function readRecord(record: ValueRecord): Value {
  if (typeof record !== 'object' || record === null) return record;
  if ('float' in record) return Number(record.float);
  if ('int' in record) return BigInt(record.int);
  if ('num' in record) return numberOf(...record.num);
  if ('bytes' in record) return new Uint8Array(Buffer.from(record.bytes, 'base64'));
  if ('struct' in record) return new Struct({ name: record.type }, membersOf(record.struct));
  if ('list' in record) return withType<GoSlice>(record.list.map(readRecord), record.type);
  return withType<GoMap>(membersOf(record.map), record.type);
}

const numberOf = (type: NumType, text: string): Num =>
  new Num(type, type === 'float32' ? Number(text) : BigInt(text));

const membersOf = (entries: readonly Entry[]): GoMap =>
  new Map(entries.map(([name, value]) => [name, readRecord(value)]));

const withType = <T extends GoMap | GoSlice>(value: T, type: string | undefined): T =>
  type === undefined ? value : typed(value, { name: type });
