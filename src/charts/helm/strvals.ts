import { type HelmMap, type HelmValue, isTable } from './values.ts';

/** A `--set` that cannot be read, in Helm's words. */
export class SetError extends Error {}

/** How the values of a line are read: typed as `--set`, as text, as JSON, or as text to its very end. */
export type SetKind = 'typed' | 'text' | 'json' | 'literal';

const MAX_INDEX = 65_536;
const MAX_NESTING = 30;

/**
 * Reads `a.b=1,c[0]=x` into values, which it changes (pkg/strvals). A backslash takes the next character as it is. `read` makes the
 * value of each text, where that is not its kind's business.
 * @throws SetError
 */
export function setValues(
  line: string,
  values: HelmMap,
  kind: SetKind,
  read: (text: string) => HelmValue = kind === 'typed' ? typedValue : (text) => text,
): void {
  const parser = new Parser(line, kind, read);
  while (parser.key(values, 0) === 'more');
}

/** Go's readers end with io.EOF, which for a line means that it has been read. */
type Progress = 'more' | 'end';

/** What stops a scan, and what was read before it; `end` is the end of the line. */
interface Scan {
  readonly text: string;
  readonly stop: string | 'end';
}

class Parser {
  readonly #characters: readonly string[];
  readonly #kind: SetKind;
  readonly #read: (text: string) => HelmValue;
  #at = 0;

  constructor(line: string, kind: SetKind, read: (text: string) => HelmValue) {
    this.#characters = [...line];
    this.#kind = kind;
    this.#read = read;
  }

  key(into: HelmMap, nesting: number): Progress {
    const { text: key, stop } = this.#until(this.#kind === 'literal' ? '=[.' : '=[,.');
    switch (stop) {
      case '=':
        return this.#assign((value) => set(into, key, value));
      case '[':
        return this.#indexed(into, key, nesting);
      case '.':
        return this.#nested(into, key, nesting + 1);
      case ',':
        throw new SetError(`key ${quoted(key)} has no value (cannot end with ,)`);
      default:
        if (key === '') return 'end';
        throw new SetError(`key ${quoted(key)} has no value`);
    }
  }

  #nested(into: HelmMap, key: string, nesting: number): Progress {
    if (nesting > MAX_NESTING)
      throw new SetError(
        `value name nested level is greater than maximum supported nested level of ${MAX_NESTING}`,
      );
    const known = into.get(key);
    if (into.has(key) && !isTable(known)) throw conflict(known ?? null, 'map[string]interface {}');
    const inner: HelmMap = isTable(known) ? known : new Map();
    const progress = this.key(inner, nesting);
    if (progress === 'more' && inner.size === 0) throw new SetError(`key map ${quoted(key)} has no value`);
    if (inner.size > 0) set(into, key, inner);
    return progress;
  }

  #indexed(into: HelmMap, key: string, nesting: number): Progress {
    const index = this.#index();
    const known = into.get(key);
    if (into.has(key) && !Array.isArray(known)) throw conflict(known ?? null, '[]interface {}');
    const { list, progress } = this.#item(Array.isArray(known) ? known : [], index, nesting);
    set(into, key, list);
    return progress;
  }

  #index(): number {
    const { text, stop } = this.#until(']', false);
    if (stop === 'end') throw new SetError('error parsing index: EOF');
    if (!/^[+-]?\d+$/.test(text))
      throw new SetError(`error parsing index: strconv.Atoi: parsing ${quoted(text)}: invalid syntax`);
    return Number(text);
  }

  #item(list: HelmValue[], index: number, nesting: number): { list: HelmValue[]; progress: Progress } {
    if (index < 0) throw new SetError(`negative ${index} index not allowed`);
    const { text, stop } = this.#until('[.=');
    if (text !== '') throw new SetError(`unexpected data at end of array index: ${quoted(text)}`);
    if (stop === 'end') return { list, progress: 'end' };
    if (stop === '=') {
      let changed = list;
      const progress = this.#assign((value) => {
        changed = setIndex(list, index, value);
      });
      return { list: changed, progress };
    }
    const known = list[index] ?? null;
    if (stop === '[') {
      const next = this.#index();
      if (known !== null && !Array.isArray(known)) throw conflict(known, '[]interface {}');
      const inner = this.#item(known ?? [], next, nesting);
      return { list: setIndex(list, index, inner.list), progress: inner.progress };
    }
    const inner: HelmMap = isTable(known) ? known : new Map();
    const progress = this.key(inner, nesting);
    return { list: setIndex(list, index, inner), progress };
  }

  /** Reads the value behind `=`. */
  #assign(put: (value: HelmValue) => void): Progress {
    if (this.#kind === 'json') return this.#json(put);
    if (this.#kind === 'literal') {
      put(this.#read(this.#until('').text));
      return 'more';
    }
    if (this.#at >= this.#characters.length) {
      put('');
      return 'end';
    }
    if (this.#characters[this.#at] === '{') {
      this.#at++;
      put(this.#list());
      return 'more';
    }
    put(this.#read(this.#until(',').text));
    return 'more';
  }

  #list(): HelmValue[] {
    const list: HelmValue[] = [];
    for (;;) {
      const { text, stop } = this.#until(',}');
      if (stop === 'end') throw new SetError("list must terminate with '}'");
      list.push(this.#read(text));
      if (stop === '}') break;
    }
    if (this.#characters[this.#at] === ',') this.#at++;
    return list;
  }

  #json(put: (value: HelmValue) => void): Progress {
    if (this.#empty()) {
      put(null);
      return 'more';
    }
    const rest = this.#characters.slice(this.#at).join('');
    const length = jsonLength(rest);
    put(this.#read(rest.slice(0, length)));
    this.#at += [...rest.slice(0, length)].length;
    this.#empty();
    return 'more';
  }

  /** Takes blanks up to a comma or the end, and says whether there was nothing else. */
  #empty(): boolean {
    for (;;) {
      const character = this.#characters[this.#at];
      if (character === undefined) return true;
      if (character !== ',' && !/\s/.test(character)) return false;
      this.#at++;
      if (character === ',') return true;
    }
  }

  #until(stops: string, escapes = this.#kind !== 'literal'): Scan {
    let text = '';
    while (this.#at < this.#characters.length) {
      const character = this.#characters[this.#at++] ?? '';
      if (stops.includes(character)) return { text, stop: character };
      if (escapes && character === '\\') {
        if (this.#at >= this.#characters.length) break;
        text += this.#characters[this.#at++] ?? '';
      } else text += character;
    }
    return { text, stop: 'end' };
  }
}

function set(into: HelmMap, key: string, value: HelmValue): void {
  if (key !== '') into.set(key, value);
}

function setIndex(list: readonly HelmValue[], index: number, value: HelmValue): HelmValue[] {
  if (index > MAX_INDEX)
    throw new SetError(`index of ${index} is greater than maximum supported index of ${MAX_INDEX}`);
  const longer = [...list];
  while (longer.length <= index) longer.push(null);
  longer[index] = value;
  return longer;
}

/** `true`, `false` and `null` in any case, and whole numbers without leading zeros; everything else is text. */
export function typedValue(text: string): HelmValue {
  const word = text.toLowerCase();
  if (word === 'true' || word === 'false') return word === 'true';
  if (word === 'null') return null;
  if (text === '0') return 0n;
  if (!/^[+-]?\d+$/.test(text) || text.startsWith('0')) return text;
  const value = BigInt(text.replace('+', ''));
  return BigInt.asIntN(64, value) === value ? value : text;
}

/** Length of the JSON value that a text begins with. Whether it is one is for its reader to say. */
function jsonLength(text: string): number {
  let depth = 0;
  let at = /^\s*/.exec(text)?.[0].length ?? 0;
  for (; at < text.length; at++) {
    const character = text[at] ?? '';
    if (character === '"') {
      at += (/^"(?:[^"\\]|\\.)*"/s.exec(text.slice(at))?.[0].length ?? text.length) - 1;
      if (depth === 0) return at + 1;
    } else if ('[{'.includes(character)) depth++;
    else if (']}'.includes(character)) {
      depth--;
      if (depth <= 0) return at + 1;
    } else if (depth === 0 && /[\s,]/.test(character)) return at;
  }
  return at;
}

const conflict = (value: HelmValue, wanted: string): SetError =>
  new SetError(`unable to parse key: interface conversion: interface {} is ${goType(value)}, not ${wanted}`);

function goType(value: HelmValue): string {
  if (value === null) return 'nil';
  if (isTable(value)) return 'map[string]interface {}';
  if (Array.isArray(value)) return '[]interface {}';
  const names: Readonly<Record<string, string>> = { boolean: 'bool', bigint: 'int64', number: 'float64' };
  return names[typeof value] ?? 'string';
}

const quoted = (text: string): string => JSON.stringify(text);
