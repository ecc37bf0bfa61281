import { GoError, type GoMap, typed, type Value } from '../../values.ts';
import { quoteToml } from './marshal.ts';

/** A dotted key: `a.b."c d"`. */
export type Key = readonly string[];

export const keyText = (key: Key): string =>
  key.map((part) => (/^[A-Za-z0-9_-]+$/.test(part) ? part : quoteToml(part))).join('.');

const LIST_OF_TABLES = '[]map[string]interface {}';

/** The tables of a document while it is read: which may be added to, and which are closed (parse.go). */
export class Tables {
  readonly root: GoMap = new Map();
  /** The table that keys are set in. */
  context: Key = [];
  /** Tables that a longer key has made: they may still be declared. */
  readonly #implicit = new Set<string>();
  readonly #lists = new WeakSet<Value[]>();

  /** `[a.b]`. @throws GoError */
  declare(key: Key): void {
    const parent = this.#enter(key.slice(0, -1));
    this.context = key.slice(0, -1);
    this.#put(parent, key, new Map());
    this.context = key;
  }

  /** `[[a.b]]`: one more table of a list. @throws GoError */
  append(key: Key): void {
    const parent = this.#enter(key.slice(0, -1));
    this.context = key.slice(0, -1);
    const name = key.at(-1) ?? '';
    if (!parent.has(name)) {
      const list = typed<Value[]>([], { name: LIST_OF_TABLES });
      this.#lists.add(list);
      parent.set(name, list);
    }
    const list = parent.get(name);
    if (!Array.isArray(list) || !this.#lists.has(list))
      throw new GoError(`Key '${keyText(key)}' was already created and cannot be used as an array.`);
    list.push(new Map());
    this.context = key;
  }

  /** `a.b = …` in the table of the context; an inline table may not add to one that is there. @throws GoError */
  set(key: Key, value: Value): void {
    const outer = this.context;
    const path = [...outer, ...key];
    try {
      for (let parts = 1; parts < key.length; parts++) {
        const table = [...outer, ...key.slice(0, parts)];
        this.#implicit.add(keyText(table));
        this.declare(table);
      }
    } finally {
      this.context = outer;
    }
    if (value instanceof Map) this.#implicit.delete(keyText(path));
    this.#put(this.#enter(path.slice(0, -1), 'has already been defined'), path, value);
  }

  #put(parent: GoMap, path: Key, value: Value): void {
    const name = path.at(-1) ?? '';
    const text = keyText(path);
    if (!parent.has(name)) parent.set(name, value);
    else if (this.#implicit.has(text)) this.#implicit.delete(text);
    else throw new GoError(`Key '${text}' has already been defined.`);
  }

  /** The table of a key, the last one of a list; those that are missing are made. */
  #enter(key: Key, otherwise = 'was already created as a hash'): GoMap {
    let table = this.root;
    for (const [at, name] of key.entries()) {
      if (!table.has(name)) {
        this.#implicit.add(keyText(key.slice(0, at + 1)));
        table.set(name, new Map());
      }
      const member = table.get(name);
      const next = Array.isArray(member) && this.#lists.has(member) ? member.at(-1) : member;
      if (!(next instanceof Map)) throw new GoError(`Key '${keyText(key.slice(0, at + 1))}' ${otherwise}.`);
      table = next;
    }
    return table;
  }
}
