import { suggest } from '../../../charts/suggest.ts';
import { entriesOf, isNull, member, type Node, nameOf } from '../load/node.ts';
import { type Report, refuse } from '../load/report.ts';
import { cpuQuantity, memoryQuantity, parseSeconds } from './units.ts';
import { splitWords } from './words.ts';

/** A text and where it is written. */
export interface Written {
  readonly text: string;
  readonly at: Node;
}

/** The value of a name, undefined where there is a name alone. */
export interface Pair {
  readonly text: string | undefined;
  readonly at: Node;
}

/**
 * A map of a compose file, read member by member. Texts that variables were replaced in are read as what they look like: `replicas: ${N}` is a
 * number. What is of the wrong kind is reported, and is undefined as what is not there.
 */
export class Fields {
  readonly node: Node | undefined;
  readonly report: Report;
  /** `services.web`, for messages. */
  readonly path: string;

  constructor(node: Node | undefined, report: Report, path: string) {
    this.node = node;
    this.report = report;
    this.path = path;
    if (node && node.kind !== 'map' && !isNull(node)) this.#wrong(node, '', 'a map');
  }

  at(key: string): Node | undefined {
    return member(this.node, key);
  }

  below(key: string): Fields {
    return new Fields(this.at(key), this.report, `${this.path}.${key}`);
  }

  text(key: string): string | undefined {
    const at = this.at(key);
    if (at === undefined) return undefined;
    return at.kind === 'scalar' ? String(at.value) : this.#wrong(at, key, 'a text');
  }

  boolean(key: string): boolean | undefined {
    const at = this.at(key);
    if (at === undefined) return undefined;
    const text = at.kind === 'scalar' ? String(at.value).toLowerCase() : '';
    if (['true', 'yes', 'on', 'y'].includes(text)) return true;
    if (['false', 'no', 'off', 'n'].includes(text)) return false;
    return this.#wrong(at, key, 'true or false');
  }

  integer(key: string, least = 0): number | undefined {
    const at = this.at(key);
    if (at === undefined) return undefined;
    const text = at.kind === 'scalar' ? String(at.value) : '';
    const isNumber = /^-?\d{1,15}$/.test(text) && Number(text) >= least;
    return isNumber ? Number(text) : this.#wrong(at, key, `a whole number from ${least}`);
  }

  /** Bits of a file: a number, or octal digits. */
  mode(key: string): number | undefined {
    const at = this.at(key);
    const text = this.text(key);
    if (at === undefined || text === undefined) return undefined;
    const mode = at.kind === 'scalar' && typeof at.value === 'number' ? at.value : Number.parseInt(text, 8);
    return mode >= 0 && mode <= 0o777 ? mode : this.#wrong(at, key, 'a mode such as 0440');
  }

  /** A duration in seconds. */
  seconds(key: string): number | undefined {
    return this.#parsed(key, parseSeconds, 'a duration such as 1m30s');
  }

  memory(key: string): string | undefined {
    return this.#parsed(key, memoryQuantity, 'an amount of memory such as 512m');
  }

  cpus(key: string): string | undefined {
    return this.#parsed(key, cpuQuantity, 'a number of CPUs such as 0.5');
  }

  oneOf<T extends string>(key: string, choices: readonly T[]): T | undefined {
    const at = this.at(key);
    const text = this.text(key);
    if (at === undefined || text === undefined) return undefined;
    const found = choices.find((choice) => choice === text);
    return found ?? this.#wrong(at, key, `one of ${choices.join(', ')}`, suggest(text, choices));
  }

  /** The items of a list; a single value is a list of one. */
  items(key: string): readonly Node[] {
    const at = this.at(key);
    if (at === undefined) return [];
    return at.kind === 'list' ? at.items : [at];
  }

  /** Texts of a list, or one text. */
  texts(key: string): readonly Written[] {
    return this.items(key).flatMap((at): readonly Written[] => {
      if (at.kind === 'scalar' && at.value !== null) return [{ text: String(at.value), at }];
      this.#wrong(at, key, 'a list of texts');
      return [];
    });
  }

  /** A list of `KEY=value`, or a map. `text` is undefined where there is a name and no value. */
  pairs(key: string): ReadonlyMap<string, Pair> {
    const at = this.at(key);
    if (at?.kind === 'map') {
      const values = entriesOf(at).map(([name, value]) => {
        if (value.kind !== 'scalar') this.#wrong(value, `${key}.${name}`, 'a text');
        const text = value.kind === 'scalar' && value.value !== null ? String(value.value) : undefined;
        return [name, { text, at: value }] as const;
      });
      return new Map(values);
    }
    const found = new Map<string, Pair>();
    for (const { text, at: item } of this.texts(key)) {
      const equals = text.indexOf('=');
      if (equals < 0) found.set(text, { text: undefined, at: item });
      else found.set(text.slice(0, equals), { text: text.slice(equals + 1), at: item });
    }
    return found;
  }

  /** A command: a list of words, or a line that is split as a shell does. */
  words(key: string): readonly string[] | undefined {
    const at = this.at(key);
    if (at === undefined) return undefined;
    if (at.kind === 'list') return this.texts(key).map(({ text }) => text);
    const line = this.text(key);
    if (line === undefined) return undefined;
    return splitWords(line) ?? this.#wrong(at, key, 'a command whose quotes are closed');
  }

  refuse(at: Node, key: string, message: string, remedy?: string): undefined {
    return refuse(this.report, at, 'InvalidCompose', `${this.path}.${key} ${message}`, remedy);
  }

  #parsed<T>(key: string, parse: (text: string) => T | undefined, what: string): T | undefined {
    const at = this.at(key);
    const text = this.text(key);
    if (at === undefined || text === undefined) return undefined;
    return parse(text) ?? this.#wrong(at, key, what);
  }

  #wrong(at: Node, key: string, what: string, remedy?: string): undefined {
    const field = key === '' ? this.path : `${this.path}.${key}`;
    return refuse(this.report, at, 'InvalidCompose', `${field} must be ${what}, not ${nameOf(at)}`, remedy);
  }
}
