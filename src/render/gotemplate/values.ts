/**
 * Go's values as templates see them, in the plainest JavaScript that keeps them apart.
 *
 * | Go                       | here |
 * |--------------------------|------|
 * | nil                      | null |
 * | bool, string             | boolean, string |
 * | float64                  | number |
 * | int                      | bigint |
 * | any other numeric type   | Num |
 * | map[string]interface {}  | Map; with a TypeInfo, any other map type of string keys |
 * | []interface {}           | array; with a TypeInfo, any other slice type |
 * | []byte                   | Uint8Array |
 * | structs, pointers, funcs | Struct |
 *
 * A Go string is bytes. Here it is their UTF-8 reading; a byte that belongs to no character is the lone surrogate U+DC00 + byte
 * (Python's surrogateescape), so that nothing is lost: `bytesOf` and `textOf` convert.
 *
 * Maps and arrays are references as in Go: `set` changes the map that it is given, for all who hold it.
 */
export type Value = null | boolean | string | number | bigint | Num | GoMap | GoSlice | Uint8Array | Struct;

export type GoMap = Map<string, Value>;
export type GoSlice = Value[];

/** The numeric types that are neither int nor float64. */
export type NumType =
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'float32';

/** A number of a type that has no JavaScript type to itself; `value` is a number for float32, else a bigint in range. */
export class Num {
  readonly type: NumType;
  readonly value: bigint | number;
  constructor(type: NumType, value: bigint | number) {
    this.type = type;
    this.value = value;
  }
}

export const int64 = (value: bigint): Num => new Num('int64', BigInt.asIntN(64, value));

/** What Go's reflection says of a value beyond its JavaScript type. */
export interface TypeInfo {
  /** As `%T` prints it: `[]string`, `map[string]string`, `common.Values`, `*chart.Metadata`. */
  readonly name: string;
  readonly methods?: Readonly<Record<string, GoFunction>>;
  /** A nil slice or map: empty, but encoding/json writes null, and a key set in such a map is a panic. */
  readonly nil?: true;
  /** The type of the elements, where the name does not say it: `[]uint8` for `engine.files`. Else `interface {}`. */
  readonly element?: string;
  /** What the builtin `call` calls, for a type of functions. */
  readonly call?: GoFunction;
}

const TYPE = Symbol('Go type');

/** Gives a map or a slice a type other than map[string]interface {} or []interface {}. Returns it. */
export function typed<T extends GoMap | GoSlice>(value: T, type: TypeInfo): T {
  Object.defineProperty(value, TYPE, { value: type, configurable: true });
  return value;
}

export const typeInfo = (value: GoMap | GoSlice): TypeInfo | undefined =>
  (value as { readonly [TYPE]?: TypeInfo })[TYPE];

export const strings = (items: readonly string[]): GoSlice => typed([...items], { name: '[]string' });

/** What a Go function returns that declares a slice of a type and has made none, such as regexFindAll without a match. */
export const nilSlice = (name: string): GoSlice => typed([], { name, nil: true });

/** What a nil argument is to a parameter of type map[string]interface {}. */
export const nilMap = (): GoMap => typed(new Map(), { name: 'map[string]interface {}', nil: true });

export const isNil = (value: GoMap | GoSlice): boolean => typeInfo(value)?.nil === true;

/** A struct, or a pointer to one: named fields in the order of their declaration, and methods. */
export class Struct {
  readonly type: TypeInfo;
  readonly fields: ReadonlyMap<string, Value>;
  /** What `%v` and the like print of a fmt.Stringer or an error; undefined where Go prints the fields. */
  readonly text: (() => string) | undefined;
  /** What encoding/json and so toJson and toYaml make of it; undefined for the fields by their names. */
  readonly json: (() => Value) | undefined;
  constructor(
    type: TypeInfo,
    fields: ReadonlyMap<string, Value>,
    { text, json }: { readonly text?: () => string; readonly json?: () => Value } = {},
  ) {
    this.type = type;
    this.fields = fields;
    this.text = text;
    this.json = json;
  }
}

/**
 * The type of a parameter. `any` takes everything, nil included. What an argument of a static or dynamic type may stand for is
 * text/template's rule (`validateType` of exec.go), and the executor's work: a function gets values of the types it declares,
 * integers of any width as bigints.
 */
export type ParamType =
  | 'any'
  | 'bool'
  | 'string'
  | 'int'
  | 'int64'
  | 'uint'
  | 'float64'
  | 'map[string]interface {}'
  | '[]interface {}'
  | '[]string'
  | '[]byte';

/** A function of a FuncMap, or a method. */
export interface GoFunction {
  readonly params: readonly ParamType[];
  /** The type of each further argument. */
  readonly variadic?: ParamType;
  /** @throws GoError what the Go function returns as its error, or panics with; the executor says where. */
  readonly call: (args: readonly Value[], budget: Budget) => Value;
}

export type FunctionTable = Readonly<Record<string, GoFunction>>;

/** An error of a Go function, in its words: `error calling NAME: ` is put before it by the executor. */
export class GoError extends Error {}

/** What a render may use up. Every loop over data that a chart can make large charges it. @throws GoError when it is used up */
export interface Budget {
  /** One for each node executed, each element visited, and each 64 bytes of text made or read. */
  spend(steps: number): void;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });
const LONE = /[\uD800-\uDFFF]/;
const BYTE = /[\uDC80-\uDCFF]/;

/** The bytes of a Go string. */
export function bytesOf(text: string): Uint8Array {
  if (!LONE.test(text)) return encoder.encode(text);
  const parts: Uint8Array[] = [];
  let plain = '';
  for (const character of text) {
    if (BYTE.test(character) && character.length === 1) {
      parts.push(encoder.encode(plain), Uint8Array.of(character.charCodeAt(0) - 0xdc00));
      plain = '';
    } else plain += character;
  }
  parts.push(encoder.encode(plain));
  return Buffer.concat(parts);
}

/** The Go string of some bytes. */
export function textOf(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    return escaped(bytes);
  }
}

/** Go's utf8.DecodeRune takes a byte that begins no character by itself. */
function escaped(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const length = characterLength(bytes, at);
    text +=
      length === 0
        ? String.fromCharCode(0xdc00 + (bytes[at] ?? 0))
        : decoder.decode(bytes.subarray(at, at + length));
    at += Math.max(length, 1);
  }
  return text;
}

/** Bytes of the character that begins at `at`, 0 where none does. */
function characterLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  const length =
    first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (length < 2) return length;
  if (at + length > bytes.length) return 0;
  try {
    decoder.decode(bytes.subarray(at, at + length));
    return length;
  } catch {
    return 0;
  }
}
