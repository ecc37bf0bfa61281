import { boundedPath, type CountedJson, endOfString } from './bounds.ts';
import { isObject } from './equal.ts';

/** Keys that a JSON text gives more than once in one map, of which `JSON.parse` silently takes the last. */
export interface RepeatedKeys {
  /** `spec.ports[0].name`, in the order of the text: a hundred at most (sigs.k8s.io/json `saveStrictError`). */
  readonly paths: readonly string[];
  /** The place in that order of the first time that a path is given, and of its repetition. */
  position(path: string): number;
  repetition(path: string): number;
}

/** undefined: no key is repeated, which is found out by counting. `read` is what `text` was parsed into. */
export function repeatedKeys(text: string, read: CountedJson): RepeatedKeys | undefined {
  if (read.keys === keysIn(read.value)) return undefined;
  const walk = new Walk(text);
  walk.value('');
  const { first, again } = walk;
  return {
    paths: [...again.keys()],
    position: (path) => first.get(path) ?? Number.MAX_SAFE_INTEGER,
    repetition: (path) => again.get(path) ?? Number.MAX_SAFE_INTEGER,
  };
}

const MOST_REPEATED = 100;

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
      const below = boundedPath(path === '' ? key : `${path}.${key}`);
      const isRepeated = seen.has(key);
      const known = isRepeated ? this.again : this.first;
      if (!known.has(below) && (!isRepeated || known.size < MOST_REPEATED)) known.set(below, at);
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
      this.value(boundedPath(`${path}[${index}]`));
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
