import { endOfString } from './bounds.ts';
import { isObject } from './equal.ts';

/** Keys that a JSON text gives more than once in one map, of which `JSON.parse` silently takes the last. */
export interface RepeatedKeys {
  /** `spec.ports[0].name`, in the order of the text. */
  readonly paths: readonly string[];
  /** The place in that order of the first time that a path is given, and of its repetition. */
  position(path: string): number;
  repetition(path: string): number;
}

/** undefined: no key is repeated, which is found out by counting. `value` is what `text` was parsed into. */
export function repeatedKeys(text: string, value: unknown): RepeatedKeys | undefined {
  if (colonsIn(text) === keysIn(value)) return undefined;
  const walk = new Walk(text);
  walk.value('');
  const { first, again } = walk;
  return {
    paths: [...again.keys()],
    position: (path) => first.get(path) ?? Number.MAX_SAFE_INTEGER,
    repetition: (path) => again.get(path) ?? Number.MAX_SAFE_INTEGER,
  };
}

const COLON = 0x3a;
const QUOTE = 0x22;

function colonsIn(text: string): number {
  let colons = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) i = endOfString(text, i + 1);
    else if (code === COLON) colons++;
  }
  return colons;
}

/** Depth is bounded when a text is read. */
function keysIn(value: unknown): number {
  let keys = 0;
  if (Array.isArray(value)) for (const item of value) keys += keysIn(item);
  else if (isObject(value)) for (const key in value) keys += 1 + keysIn(value[key]);
  return keys;
}

/** A second reading of a text that is known to be JSON. */
class Walk {
  readonly first = new Map<string, number>();
  readonly again = new Map<string, number>();
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(path: string): void {
    const open = this.#next();
    if (open === '{') this.#members(path);
    else if (open === '[') this.#items(path);
    else if (open === '"') this.#string();
    else while (this.#at < this.#text.length && !/[\s,\]}]/.test(this.#text[this.#at] ?? '')) this.#at++;
  }

  #members(path: string): void {
    const seen = new Set<string>();
    this.#at++;
    while (this.#next() !== '}') {
      if (this.#text[this.#at] === ',') this.#at++;
      this.#next();
      const at = this.#at;
      const key = this.#string();
      const below = path === '' ? key : `${path}.${key}`;
      const known = seen.has(key) ? this.again : this.first;
      if (!known.has(below)) known.set(below, at);
      seen.add(key);
      this.#next();
      this.#at++;
      this.value(below);
    }
    this.#at++;
  }

  #items(path: string): void {
    this.#at++;
    for (let index = 0; this.#next() !== ']'; index++) {
      if (this.#text[this.#at] === ',') this.#at++;
      this.value(`${path}[${index}]`);
    }
    this.#at++;
  }

  #string(): string {
    const start = this.#at;
    this.#at = endOfString(this.#text, start + 1) + 1;
    return JSON.parse(this.#text.slice(start, this.#at));
  }

  /** The next character that is no space; '' at the end. */
  #next(): string {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at++;
    return this.#text[this.#at] ?? '';
  }
}
