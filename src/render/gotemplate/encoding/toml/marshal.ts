import { floatText, formatFloat } from '../../format/floats.ts';
import { kindOf, sortedKeys } from '../../kinds.ts';
import { type Budget, GoError, type GoMap, isNil, Num, Struct, type Value } from '../../values.ts';
import { MAX_DEPTH, UNBOUNDED } from '../json.ts';

/** The encoder of BurntSushi/toml: tables after plain members, each level indented by two spaces. @throws GoError in its words */
export function marshalToml(value: Value, budget: Budget = UNBOUNDED): string {
  return new Encoder(budget).encode(value);
}

type Path = readonly string[];

class Encoder {
  readonly #budget: Budget;
  #out = '';

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  encode(value: Value): string {
    if (value === null) throw new GoError('reflect: call of reflect.Value.Type on zero Value');
    this.#member([], value);
    return this.#out;
  }

  #member(path: Path, value: Value): void {
    this.#budget.spend(1);
    if (path.length > MAX_DEPTH) throw new GoError('toml: the value contains itself');
    const type = tomlType(value);
    if (type === 'table') this.#table(path, value);
    else if (type === 'tables') this.#tables(path, value as readonly Value[]);
    else if (path.length === 0) this.#write(this.#element(value, 0));
    else {
      this.#write(`${indentOf(path)}${keyText(path.at(-1) ?? '')} = ${this.#element(value, 0)}`);
      this.#newLine();
    }
  }

  #table(path: Path, value: Value): void {
    if (path.length === 1) this.#newLine();
    if (path.length > 0) {
      this.#write(`${indentOf(path)}[${path.map(keyText).join('.')}]`);
      this.#newLine();
    }
    this.#members(path, value);
  }

  #tables(path: Path, tables: readonly Value[]): void {
    if (path.length === 0) throw new GoError('toml: top-level values must be Go maps or structs');
    for (const table of tables) {
      this.#newLine();
      this.#write(`${indentOf(path)}[[${path.map(keyText).join('.')}]]`);
      this.#newLine();
      this.#members(path, table);
    }
  }

  #members(path: Path, value: Value): void {
    for (const [key, member] of directFirst(value)) {
      if (!isAbsent(member)) this.#member([...path, key], member);
    }
  }

  #element(value: Value, depth: number): string {
    this.#budget.spend(1);
    if (depth > MAX_DEPTH) throw new GoError('toml: the value contains itself');
    if (typeof value === 'string') return quoteToml(value);
    if (typeof value === 'number') return tomlFloat(value, 64);
    if (value instanceof Num)
      return typeof value.value === 'number' ? tomlFloat(value.value, 32) : String(value.value);
    if (value === null || typeof value !== 'object') return String(value);
    if (value instanceof Uint8Array) return `[${value.join(', ')}]`;
    if (Array.isArray(value)) return `[${value.map((item) => this.#element(item, depth + 1)).join(', ')}]`;
    if (value instanceof Map) return this.#inline(value, depth);
    const marshaled = textOfStruct(value);
    return marshaled ?? this.#inline(value, depth);
  }

  /** Commas go by the number of members, those among them that are nil and not written. */
  #inline(value: GoMap | Struct, depth: number): string {
    const members = directFirst(value);
    const plain = members.filter(([, member]) => !isTable(member));
    let text = '';
    for (const [at, [key, member]] of members.entries()) {
      if (isAbsent(member)) continue;
      const isLast =
        at === members.length - 1 || (at === plain.length - 1 && members.length === plain.length);
      text += `${keyText(key)} = ${this.#element(member, depth + 1)}${isLast ? '' : ', '}`;
    }
    return `{${text}}`;
  }

  #newLine(): void {
    if (this.#out !== '') this.#out += '\n';
  }

  #write(text: string): void {
    this.#budget.spend(text.length >>> 6);
    this.#out += text;
  }
}

const indentOf = (path: Path): string => '  '.repeat(path.length - 1);

/** What a value is to TOML; undefined for nil. */
type TomlType = 'table' | 'tables' | 'other';

/** @throws GoError for lists with nil in them, which TOML has no word for */
function tomlType(value: Value): TomlType | undefined {
  if (value === null) return undefined;
  if (value instanceof Map) return isNil(value) ? undefined : 'table';
  if (value instanceof Struct) {
    if (textOfStruct(value) !== undefined) return 'other';
    if (kindOf(value) === 'func') throw new GoError('unsupported type: func');
    return 'table';
  }
  if (!Array.isArray(value)) return 'other';
  if (isNil(value)) return undefined;
  const types = value.map(tomlType);
  if (types.includes(undefined)) throw new GoError('toml: cannot encode array with nil element');
  return types.length > 0 && types.every((type) => type === 'table') ? 'tables' : 'other';
}

const isTable = (value: Value): boolean => ['table', 'tables'].includes(tomlType(value) ?? '');

const isAbsent = (value: Value): boolean =>
  value === null || ((value instanceof Map || Array.isArray(value)) && isNil(value));

/** Members that are no tables, then tables: else they would belong to the table before. */
function directFirst(value: Value): (readonly [string, Value])[] {
  const members =
    value instanceof Map
      ? sortedKeys(value).map((key) => [key, value.get(key) ?? null] as const)
      : value instanceof Struct
        ? [...value.fields]
        : [];
  const tables = members.filter(([, member]) => isTable(member));
  return [...members.filter((member) => !tables.includes(member)), ...tables];
}

/** Times are written as they are, other structs that marshal to text in quotes; undefined for those that have fields. */
function textOfStruct(struct: Struct): string | undefined {
  const marshaled = struct.json?.();
  if (struct.type.name === 'time.Duration') return quoteToml(struct.text?.() ?? '');
  if (typeof marshaled !== 'string') return undefined;
  return /^\*?time\.Time$/.test(struct.type.name) ? marshaled : quoteToml(marshaled);
}

function tomlFloat(value: number, bits: 32 | 64): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const text = bits === 64 ? floatText(value) : formatFloat(value, 'g', -1, 32);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

const keyText = (key: string): string => (/^[A-Za-z0-9_-]+$/.test(key) ? key : quoteToml(key));

const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\f': '\\f',
  '\r': '\\r',
};

export const quoteToml = (text: string): string =>
  `"${text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what TOML escapes.
    /["\\\x00-\x1f\x7f]/g,
    (character) => SHORT[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )}"`;
