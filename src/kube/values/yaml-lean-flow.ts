import type { Json } from './types.ts';
import { plainValue, unusual } from './yaml-lean-scalars.ts';

/** A value, and the offset behind it. */
interface Read<T> {
  readonly value: T;
  readonly next: number;
}

/** Escapes that JSON has too, `\/` apart. */
const ESCAPES: Readonly<Record<string, string>> = {
  ...{ '"': '"', '\\': '\\', n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' },
};

/** A quoted text that ends before `end`, the end of its line. */
export function quoted(text: string, at: number, end: number): Read<string> {
  const quote = text[at] ?? '';
  const isSingle = quote === "'";
  let value = '';
  let from = at + 1;
  for (let i = from; i < end; i++) {
    const c = text[i];
    if (c === quote) {
      if (!isSingle || text[i + 1] !== quote) return { value: value + text.slice(from, i), next: i + 1 };
      value += text.slice(from, i + 1);
      i += 1;
      from = i + 1;
    } else if (c === '\\' && !isSingle) {
      const escaped = text[i + 1] ?? '';
      value += text.slice(from, i) + (Object.hasOwn(ESCAPES, escaped) ? ESCAPES[escaped] : unusual());
      i += 1;
      from = i + 1;
    }
  }
  return unusual();
}

/** A flow collection that ends before `end`, the end of its line, and how many nodes it has. */
export function flowValue(
  text: string,
  at: number,
  end: number,
  depth: number,
): Read<Json> & { readonly nodes: number } {
  const reader = new FlowReader(text, at, end);
  const value = reader.node(depth);
  return { value, next: reader.at, nodes: reader.nodes };
}

const STARTS_PLAIN = /[A-Za-z0-9_./+\u00A1-\uFDCF-]/;
const ENDS_PLAIN: ReadonlySet<string> = new Set([',', ']', '}', ':', '[', '{', '#']);

class FlowReader {
  readonly #text: string;
  readonly #end: number;
  at: number;
  nodes = 0;

  constructor(text: string, at: number, end: number) {
    this.#text = text;
    this.at = at;
    this.#end = end;
  }

  node(depth: number): Json {
    this.nodes += 1;
    switch (this.#text[this.at]) {
      case '[':
        return depth > 0 ? this.#list(depth - 1) : unusual();
      case '{':
        return depth > 0 ? this.#map(depth - 1) : unusual();
      case '"':
      case "'":
        return this.#quoted();
      default:
        return plainValue(this.#plain());
    }
  }

  #list(depth: number): Json {
    const items: Json[] = [];
    if (this.#isEmpty(']')) return items;
    do {
      items.push(this.node(depth));
      this.#skip();
    } while (this.#goesOn(']'));
    return items;
  }

  #map(depth: number): Json {
    const map: Record<string, Json> = {};
    if (this.#isEmpty('}')) return map;
    do {
      const key = this.#key();
      if (map[key] !== undefined) unusual();
      map[key] = this.node(depth);
      this.#skip();
    } while (this.#goesOn('}'));
    return map;
  }

  /** Of a quoted key the colon may be followed by anything. */
  #key(): string {
    this.nodes += 1;
    const isQuoted = this.#text[this.at] === '"';
    const key = isQuoted ? this.#quoted() : plainValue(this.#plain());
    if (typeof key !== 'string' || this.#text[this.at] !== ':') return unusual();
    this.at += 1;
    if (!isQuoted && this.#text[this.at] !== ' ') unusual();
    this.#skip();
    return key;
  }

  #quoted(): string {
    const { value, next } = quoted(this.#text, this.at, this.#end);
    this.at = next;
    return value;
  }

  /** Letters, digits and what is plain wherever it stands: anything else is left to js-yaml. */
  #plain(): string {
    const start = this.at;
    if (!STARTS_PLAIN.test(this.#text[start] ?? '')) unusual();
    let last = start;
    for (; this.at < this.#end; this.at++) {
      const c = this.#text[this.at] ?? '';
      if (ENDS_PLAIN.has(c) && (c !== ':' || !this.#isWithinPlain())) break;
      if (c !== ' ') last = this.at;
    }
    const written = this.#text.slice(start, last + 1);
    return written.startsWith('-') && (written.length === 1 || written[1] === ' ') ? unusual() : written;
  }

  /** A colon before a letter, as in `10.0.0.1:80` or `http://…`. */
  #isWithinPlain(): boolean {
    return /[\w/.-]/.test(this.#text[this.at + 1] ?? '');
  }

  #isEmpty(close: string): boolean {
    this.at += 1;
    this.#skip();
    if (this.#text[this.at] !== close) return false;
    this.at += 1;
    return true;
  }

  /** Behind an item: whether another follows. A comma before the end is unusual. */
  #goesOn(close: string): boolean {
    const c = this.#text[this.at];
    this.at += 1;
    if (c === close) return false;
    if (c !== ',') unusual();
    this.#skip();
    if (this.at >= this.#end || this.#text[this.at] === close) unusual();
    return true;
  }

  #skip(): void {
    while (this.#text[this.at] === ' ') this.at += 1;
  }
}
