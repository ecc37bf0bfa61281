import type { Json, JsonObject } from '../values/types.ts';
import { areEqual } from './equality.ts';
import type { Meter } from './meter.ts';
import { parseDuration, parseTimestamp } from './time.ts';
import { type CelType, DYN, type ListType, type MapType, type ObjectType } from './types.ts';
import { CelList, CelMap, CelObject, fail, type Value } from './values.ts';

/**
 * JSON as a value of its declared type; what is below is converted when it is read. JSON of no declared type is what it looks
 * like: a number without a fraction is an int (`apiserver/pkg/cel/common/values.go`).
 */
export function fromJson(json: Json, type: CelType): Value {
  if (json === null) return null;
  if (Array.isArray(json)) return new JsonList(json, type.kind === 'list' ? type : DYN_LIST);
  if (typeof json === 'object') {
    if (type.kind === 'object') return new JsonFields(json as JsonObject, type);
    return new JsonMap(json as JsonObject, type.kind === 'map' ? type : DYN_MAP);
  }
  return scalar(json, type);
}

const DYN_LIST: ListType = { kind: 'list', element: DYN };
const DYN_MAP: MapType = { kind: 'map', key: DYN, value: DYN };

function scalar(json: string | number | bigint | boolean, type: CelType): Value {
  if (typeof json === 'bigint') return type.kind === 'double' ? Number(json) : json;
  if (typeof json === 'number') {
    if (type.kind === 'double') return json;
    return Number.isInteger(json) ? BigInt(json) : json;
  }
  if (typeof json === 'boolean') return json;
  if (type.kind === 'bytes') return Uint8Array.from(Buffer.from(json, 'base64'));
  if (type.kind === 'duration')
    return parseDuration(json) ?? fail(`Invalid duration ${json}, expected format 'duration'`);
  if (type.kind === 'timestamp')
    return parseTimestamp(json) ?? parseTimestamp(`${json}T00:00:00Z`) ?? fail(`Invalid date ${json}`);
  return json;
}

class JsonList extends CelList {
  readonly size: number;
  readonly #items: readonly Json[];
  readonly #type: ListType;

  constructor(items: readonly Json[], type: ListType) {
    super();
    this.#items = items;
    this.#type = type;
    this.size = items.length;
  }

  override get listType(): 'set' | 'map' | undefined {
    return this.#type.listType;
  }

  get mapKeys(): readonly string[] {
    return this.#type.mapKeys ?? [];
  }

  at(index: number): Value {
    return fromJson(this.#items[index] as Json, this.#type.element);
  }

  /** The keys of an item of a list of type map, or the item of a set, as text. */
  identity(index: number): string {
    const item = this.#items[index] as Json;
    if (this.#type.listType === 'set') return JSON.stringify(item);
    const object = item as JsonObject;
    return JSON.stringify(this.mapKeys.map((key) => object?.[key] ?? null));
  }
}

/** What makes an element of a list of type set or map itself; undefined for any other list. */
export const identitiesOf = (list: CelList): ((index: number) => string) | undefined =>
  list instanceof JsonList && list.listType !== undefined ? (index) => list.identity(index) : undefined;

class JsonMap extends CelMap {
  readonly size: number;
  readonly #object: JsonObject;
  readonly #type: MapType;
  readonly #keys: readonly string[];

  constructor(object: JsonObject, type: MapType) {
    super();
    this.#object = object;
    this.#type = type;
    this.#keys = Object.keys(object);
    this.size = this.#keys.length;
  }

  get(key: Value): Value | undefined {
    if (typeof key !== 'string' || !Object.hasOwn(this.#object, key)) return undefined;
    return fromJson(this.#object[key] as Json, this.#type.value);
  }

  keys(): IterableIterator<Value> {
    return this.#keys.values();
  }
}

class JsonFields extends CelObject {
  readonly #object: JsonObject;
  readonly #type: ObjectType;

  constructor(object: JsonObject, type: ObjectType) {
    super();
    this.#object = object;
    this.#type = type;
  }

  get typeName(): string {
    return this.#type.name;
  }

  get size(): number {
    return this.#type.fields.size;
  }

  get(field: string): Value | undefined {
    const declared = this.#type.fields.get(field);
    if (!declared) return fail(`no such field '${field}'`);
    const json = Object.hasOwn(this.#object, declared.dataName) ? this.#object[declared.dataName] : undefined;
    return json === undefined ? undefined : fromJson(json, declared.type);
  }

  equals(other: CelObject, meter: Meter): boolean {
    if (!(other instanceof JsonFields) || other.#type.fields !== this.#type.fields) return false;
    for (const field of this.#type.fields.keys()) {
      const [mine, theirs] = [this.get(field), other.get(field)];
      if (mine === undefined || theirs === undefined) {
        if (mine !== theirs) return false;
      } else if (!areEqual(mine, theirs, meter)) return false;
    }
    return true;
  }
}

/** An object that an expression has written, `Type{field: value}`. */
export const fromStruct = (type: ObjectType, fields: ReadonlyMap<string, Value>): CelObject =>
  new Struct(type, fields);

class Struct extends CelObject {
  readonly #type: ObjectType;
  readonly #fields: ReadonlyMap<string, Value>;

  constructor(type: ObjectType, fields: ReadonlyMap<string, Value>) {
    super();
    this.#type = type;
    this.#fields = fields;
  }

  get typeName(): string {
    return this.#type.name;
  }

  get size(): number {
    return this.#fields.size;
  }

  get(field: string): Value | undefined {
    return this.#type.fields.has(field) ? this.#fields.get(field) : fail(`no such field '${field}'`);
  }

  fieldNames(): Iterable<string> {
    return this.#fields.keys();
  }

  equals(other: CelObject, meter: Meter): boolean {
    if (other.typeName !== this.typeName || other.size !== this.size) return false;
    for (const [field, value] of this.#fields) {
      const theirs = other.get(field);
      if (theirs === undefined || !areEqual(value, theirs, meter)) return false;
    }
    return true;
  }
}
