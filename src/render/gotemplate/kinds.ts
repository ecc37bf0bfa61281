import {
  bytesOf,
  type GoMap,
  type GoSlice,
  isNil,
  Num,
  type NumType,
  nilSlice,
  Struct,
  typed,
  typeInfo,
  type Value,
} from './values.ts';

/** reflect's Kind, as far as the values of templates have it; `nil` is that of the nil interface. */
export type Kind =
  | 'nil'
  | 'bool'
  | 'string'
  | 'int'
  | 'float64'
  | NumType
  | 'map'
  | 'slice'
  | 'struct'
  | 'ptr'
  | 'func';

export function kindOf(value: Value): Kind {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'int';
    case 'number':
      return 'float64';
  }
  if (value === null) return 'nil';
  if (value instanceof Map) return 'map';
  if (value instanceof Num) return value.type;
  if (value instanceof Struct) return structKind(value);
  return 'slice';
}

function structKind({ type }: Struct): Kind {
  if (type.name.startsWith('*')) return 'ptr';
  return type.name.startsWith('func(') ? 'func' : 'struct';
}

const MAP_TYPE = 'map[string]interface {}';
export const SLICE_TYPE = '[]interface {}';

/** The name of the dynamic type, as `%T` prints it. */
export function typeOf(value: Value): string {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'int';
    case 'number':
      return 'float64';
  }
  if (value === null) return '<nil>';
  if (value instanceof Num) return value.type;
  if (value instanceof Struct) return value.type.name;
  if (value instanceof Uint8Array) return '[]uint8';
  return typeInfo(value)?.name ?? (value instanceof Map ? MAP_TYPE : SLICE_TYPE);
}

/** text/template's IsTrue: not the zero of its type. */
export function isTrue(value: Value | undefined): boolean {
  switch (typeof value) {
    case 'boolean':
      return value;
    case 'string':
      return value !== '';
    case 'bigint':
      return value !== 0n;
    case 'number':
      return value !== 0;
    case 'undefined':
      return false;
  }
  if (value === null) return false;
  if (value instanceof Map) return value.size > 0;
  if (value instanceof Num) return value.value !== 0n && value.value !== 0;
  return value instanceof Struct || value.length > 0;
}

/** Bytes of a string, elements of a map, slice or []byte; undefined for what has no length. */
export function lengthOf(value: Value): number | undefined {
  if (typeof value === 'string') return byteLength(value);
  if (value instanceof Map) return value.size;
  return Array.isArray(value) || value instanceof Uint8Array ? value.length : undefined;
}

/** Bytes of a Go string. */
export function byteLength(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x80) continue;
    if (code < 0x800) bytes += 1;
    else if (code < 0xd800 || code > 0xdfff) bytes += 2;
    else if (code < 0xdc00) {
      // A pair has two units here and four bytes there; a unit alone stands for one byte.
      bytes += 2;
      i += 1;
    }
  }
  return bytes;
}

/** Characters of a Go string. */
export function runeCount(text: string): number {
  let count = text.length;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0xd800 && code < 0xdc00) count -= 1;
  }
  return count;
}

/** The order of Go strings, which is that of their bytes. */
export function compareText(a: string, b: string): number {
  const end = Math.min(a.length, b.length);
  for (let i = 0; i < end; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x === y) continue;
    if (x < 0xd800 && y < 0xd800) return x < y ? -1 : 1;
    return Buffer.compare(bytesOf(a), bytesOf(b));
  }
  return Math.sign(a.length - b.length);
}

const BEYOND = /[\ud800-\uffff]/;

/** The keys of a map in the order in which Go ranges over it and prints it. */
export function sortedKeys(map: GoMap): string[] {
  const keys = [...map.keys()];
  return keys.some((key) => BEYOND.test(key)) ? keys.sort(compareText) : keys.sort();
}

/** What comparison knows of a value: text/template's basicKind. */
export type BasicKind = 'bool' | 'string' | 'int' | 'uint' | 'float' | 'invalid';

export function basicKind(value: Value | undefined): BasicKind {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'int';
    case 'number':
      return 'float';
  }
  if (!(value instanceof Num)) return 'invalid';
  if (value.type === 'float32') return 'float';
  return value.type.startsWith('u') ? 'uint' : 'int';
}

/** The number inside a value of a basic numeric kind. */
export const numberOf = (value: Value | undefined): bigint | number | undefined =>
  value instanceof Num
    ? value.value
    : typeof value === 'bigint' || typeof value === 'number'
      ? value
      : undefined;

/** The integer inside a value of an integer kind. */
export function integerOf(value: Value | undefined): bigint | undefined {
  const number = numberOf(value);
  return typeof number === 'bigint' ? number : undefined;
}

/** The type of the elements of a map, slice or []byte: `interface {}`, or what the name of its type says. */
export function elementType(value: GoMap | GoSlice | Uint8Array): string {
  if (value instanceof Uint8Array) return 'uint8';
  const type = typeInfo(value);
  return type === undefined ? 'interface {}' : (type.element ?? elementOfName(type.name));
}

function elementOfName(name: string): string {
  if (name.startsWith('map[string]')) return name.slice('map[string]'.length);
  return name.startsWith('[]') ? name.slice(2) : 'interface {}';
}

/** Whether elements are of the type interface {}, so that their own types are known only at run time. */
export const holdsAny = (value: GoMap | GoSlice | Uint8Array): boolean =>
  elementType(value) === 'interface {}';

/** Whether a value is nil of a type that can be. */
export function isNilValue(value: Value | undefined): boolean {
  if (value === undefined || value === null) return true;
  return (value instanceof Map || Array.isArray(value)) && isNil(value);
}

const INTEGERS: ReadonlySet<string> = new Set<NumType>([
  'int8',
  'int16',
  'int32',
  'int64',
  'uint',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
]);

/** The zero value of a type by its name. */
export function zeroOf(type: string): Value {
  if (type === 'string') return '';
  if (type === 'bool') return false;
  if (type === 'int') return 0n;
  if (type === 'float64') return 0;
  if (type === '[]byte' || type === '[]uint8') return new Uint8Array();
  if (type.startsWith('map[')) return typed(new Map(), { name: type, nil: true });
  if (type.startsWith('[]')) return nilSlice(type);
  if (INTEGERS.has(type)) return new Num(type as NumType, 0n);
  return type === 'float32' ? new Num('float32', 0) : null;
}
