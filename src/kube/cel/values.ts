import type { Meter } from './meter.ts';
import type { OpaqueType } from './types.ts';

/**
 * A value of the language: int is bigint, double is number. Failures are values too (`Failure`), for `false && failure` is false.
 */
export type Value =
  | boolean
  | bigint
  | Uint
  | number
  | string
  | null
  | Uint8Array
  | Timestamp
  | Duration
  | CelList
  | CelMap
  | CelObject
  | TypeValue
  | Optional
  | Opaque
  | Failure;

export class Uint {
  readonly value: bigint;
  constructor(value: bigint) {
    this.value = value;
  }
}

/** Nanoseconds since 1970. */
export class Timestamp {
  readonly nanos: bigint;
  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

export class Duration {
  readonly nanos: bigint;
  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

/** `type(x)` */
export class TypeValue {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

export class Optional {
  static readonly NONE = new Optional(undefined);
  readonly value: Value | undefined;
  constructor(value: Value | undefined) {
    this.value = value;
  }
}

/** An evaluation that failed: `no such key: x`. */
export class Failure {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

export const fail = (message: string): Failure => new Failure(message);
export const noSuchOverload = (): Failure => fail('no such overload');
export const noSuchKey = (key: string): Failure => fail(`no such key: ${key}`);

export abstract class CelList {
  abstract readonly size: number;
  /** Defined below `size`. */
  abstract at(index: number): Value;
  /** Of data whose order means nothing. */
  get listType(): 'set' | 'map' | undefined {
    return undefined;
  }

  *[Symbol.iterator](): IterableIterator<Value> {
    for (let i = 0; i < this.size; i++) yield this.at(i);
  }
}

export abstract class CelMap {
  abstract readonly size: number;
  abstract get(key: Value): Value | undefined;
  abstract keys(): IterableIterator<Value>;
}

/** A value with declared fields. */
export abstract class CelObject {
  abstract readonly typeName: string;
  /** undefined where it is absent; a Failure where there is no such field. */
  abstract get(field: string): Value | undefined;
  abstract equals(other: CelObject, meter: Meter): boolean;
  /** What it is made of, as far as it is not absent; for measuring. */
  abstract readonly size: number;
}

/** A value of a library: a quantity, an address. */
export abstract class Opaque {
  abstract readonly type: OpaqueType;
  abstract equals(other: Opaque): boolean;
  /** Characters, for what work with it costs. */
  get size(): number {
    return 1;
  }
}

/** The elements of an array; appending shares it, so that a fold over n elements takes n steps. */
export class ArrayList extends CelList {
  readonly size: number;
  readonly #elements: Value[];

  constructor(elements: Value[], size = elements.length) {
    super();
    this.#elements = elements;
    this.size = size;
  }

  at(index: number): Value {
    return this.#elements[index] as Value;
  }

  /** This list and then the elements. */
  append(elements: Iterable<Value>): ArrayList {
    const isLast = this.#elements.length === this.size;
    const shared = isLast ? this.#elements : this.#elements.slice(0, this.size);
    for (const element of elements) shared.push(element);
    return new ArrayList(shared);
  }
}

/** A list that nothing may be appended to in place. */
export class ConstantList extends CelList {
  readonly size: number;
  readonly #elements: readonly Value[];

  constructor(elements: readonly Value[]) {
    super();
    this.#elements = elements;
    this.size = elements.length;
  }

  at(index: number): Value {
    return this.#elements[index] as Value;
  }
}

/** 1, 1u and 1.0 are one key; undefined is what cannot be one. */
export function keyText(key: Value): string | undefined {
  if (typeof key === 'string') return `s${key}`;
  if (typeof key === 'bigint') return `n${key}`;
  if (typeof key === 'boolean') return `b${key}`;
  if (key instanceof Uint) return `n${key.value}`;
  return typeof key === 'number' && Number.isInteger(key) ? `n${BigInt(key)}` : undefined;
}

interface MapEntry {
  readonly key: Value;
  readonly value: Value;
  readonly index: number;
}

/** The entries of a map; inserting shares them, as in ArrayList. */
export class EntryMap extends CelMap {
  readonly size: number;
  readonly #entries: Map<string, MapEntry>;

  constructor(entries: Map<string, MapEntry> = new Map()) {
    super();
    this.#entries = entries;
    this.size = entries.size;
  }

  get(key: Value): Value | undefined {
    const text = keyText(key);
    const entry = text === undefined ? undefined : this.#entries.get(text);
    return entry && entry.index < this.size ? entry.value : undefined;
  }

  *keys(): IterableIterator<Value> {
    for (const { key, index } of this.#entries.values()) {
      if (index >= this.size) return;
      yield key;
    }
  }

  insert(key: Value, value: Value): EntryMap | Failure {
    const text = keyText(key);
    if (text === undefined) return fail('unsupported key type');
    if (this.get(key) !== undefined) return fail(`insert failed: key ${String(showKey(key))} already exists`);
    const isLast = this.#entries.size === this.size;
    const shared = isLast
      ? this.#entries
      : new Map([...this.#entries].filter(([, { index }]) => index < this.size));
    shared.set(text, { key, value, index: shared.size });
    return new EntryMap(shared);
  }
}

export const showKey = (key: Value): string => (key instanceof Uint ? String(key.value) : String(key));
export const listOfValues = (elements: Iterable<Value>): ArrayList => new ArrayList([...elements]);
