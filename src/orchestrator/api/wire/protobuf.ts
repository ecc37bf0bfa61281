import { readFileSync } from 'node:fs';
import { rfc3339, rfc3339Micro } from '../../../base/clock.ts';
import { ownData } from '../../../base/ownfiles.ts';
import { describeExcess, excessAt, OBJECT_BOUNDS, parseBoundedJson } from '../../../kube/values/bounds.ts';
import { isObject } from '../../../kube/values/equal.ts';
import { integerOf } from '../../../kube/values/json.ts';
import { statusError } from '../../../kube/values/status.ts';
import { gvkOf, type Json } from '../../../kube/values/types.ts';
import { type Field, fieldsOf, member, membersOf, textOf, toNumber, utf8 } from './protobuf-wire.ts';

/**
 * Bodies in Kubernetes' protobuf, which kubectl ≥ 1.32 sends for `create <generator>`, `autoscale` and `auth can-i`, as the
 * JSON that the same client would have sent before. Tables of fields are generated (scripts/generate-protobuf.mjs).
 */
export const PROTOBUF = 'application/vnd.kubernetes.protobuf';

/** `k8s` and a zero byte, then runtime.Unknown (apimachinery `runtime/serializer/protobuf`). */
const MAGIC = Buffer.from([0x6b, 0x38, 0x73, 0x00]);

/** Throws BadRequest for what is no such body, UnsupportedMediaType for a kind that it has no table for. */
export function decodeProtobuf(body: Buffer): Json {
  if (!body.subarray(0, 4).equals(MAGIC)) throw malformed('it does not begin with the Kubernetes prefix');
  const envelope = guarded(() => envelopeOf(body.subarray(4)));
  const { apiVersion, kind } = envelope;
  const name = messageName(apiVersion, kind);
  if (!name) {
    throw statusError(
      'UnsupportedMediaType',
      `${kind} of ${apiVersion} is not understood as protobuf, send application/json`,
    );
  }
  const object = guarded(() => new Decoder().message(name, envelope.raw));
  return { apiVersion, kind, ...(isObject(object) ? object : {}) };
}

function guarded<T>(decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    // RangeError: lengths that lie; SyntaxError: embedded JSON that is not valid (managedFields, raw extensions).
    if (error instanceof RangeError || error instanceof SyntaxError) throw malformed(error.message);
    throw error;
  }
}

const malformed = (why: string) =>
  statusError('BadRequest', `the body is not valid Kubernetes protobuf: ${why}`);

function envelopeOf(bytes: Buffer): { apiVersion: string; kind: string; raw: Buffer } {
  const part = (number: number) => member(bytes, number)?.bytes ?? Buffer.alloc(0);
  const type = part(1);
  return { apiVersion: textOf(type, 1), kind: textOf(type, 2), raw: part(2) };
}

type Row = readonly [json: string, type: string, flags?: string];
type Message = { readonly [field: string]: Row } & { readonly list?: true };
type Package = Readonly<Record<string, Message>>;

/** Memo of generated tables, immutable and filled on first use: most servers never see most packages. */
const tables = new Map<string, unknown>();

function generated(name: string): unknown {
  const known = tables.get(name);
  if (known) return known;
  const loaded = JSON.parse(readFileSync(ownData(`orchestrator/api/wire/protobuf/${name}.json`), 'utf8'));
  tables.set(name, loaded);
  return loaded;
}

const packageOf = (name: string): Package => generated(name) as Package;
const shipped = (): readonly string[] => generated('index') as readonly string[];

/** Kinds that every group-version has are those of meta/v1. */
function messageName(apiVersion: string, kind: string): string | undefined {
  const { group, version } = gvkOf({ apiVersion, kind });
  const own = `${group.split('.')[0] || 'core'}.${version}`;
  const found = (shipped().includes(own) ? [own, 'meta.v1'] : ['meta.v1']).find((name) =>
    Object.hasOwn(packageOf(name), kind),
  );
  return found && `${found}.${kind}`;
}

function table(name: string): Message {
  const dot = name.lastIndexOf('.');
  const found = packageOf(name.slice(0, dot))[name.slice(dot + 1)];
  if (!found) throw new Error(`no protobuf table for ${name}`);
  return found;
}

/** Decodes one body in time linear in it: nothing is copied that has been gathered, and what it gathers is bounded. */
class Decoder {
  #left = OBJECT_BOUNDS.nodes;
  #depth = 0;

  message(name: string, bytes: Buffer): Json {
    if (++this.#depth > OBJECT_BOUNDS.depth) throw malformed(tooLarge('depth'));
    const special = SPECIAL[name];
    const value = special
      ? special(bytes, (type, part) => this.message(type, part))
      : this.#struct(table(name), bytes);
    this.#depth--;
    return value;
  }

  #struct(rows: Message, bytes: Buffer): Json {
    const draft: Draft = { members: {}, lists: new Map(), maps: new Map() };
    for (const field of fieldsOf(bytes)) {
      if (--this.#left < 0) throw malformed(tooLarge('nodes'));
      const row = rows[String(field.number)];
      // A field of a newer version: dropped, as a server of this version drops it in JSON.
      if (row) this.#assign(draft, row, field);
    }
    const object = draft.members;
    for (const [key, items] of draft.lists) object[key] = items;
    // fromEntries: a key may be `__proto__`, and is one like any other.
    for (const [key, entries] of draft.maps) object[key] = Object.fromEntries(entries);
    return rows.list ? (object.items ?? []) : object;
  }

  #assign(draft: Draft, [json, type, flags = '']: Row, field: Field): void {
    const map = /^map<\w+,(.*)>$/.exec(type);
    if (map) {
      gathered(draft.maps, json).push(this.#entry(map[1] ?? '', field.bytes));
      return;
    }
    const value = this.#value(type, field);
    if (flags.includes('r')) gathered(draft.lists, json).push(value);
    else if (flags.includes('i')) Object.assign(draft.members, value);
    else if (flags.includes('z') ? value !== null : !isZero(value)) draft.members[json] = value;
  }

  #entry(type: string, bytes: Buffer): readonly [string, Json] {
    const value = member(bytes, 2) ?? { number: 2, varint: 0n, bytes: Buffer.alloc(0) };
    return [textOf(bytes, 1), this.#value(type, value)];
  }

  #value(type: string, field: Field): Json {
    switch (type) {
      case 'string':
        return utf8(field.bytes);
      case 'bytes':
        return field.bytes.toString('base64');
      case 'bool':
        return field.varint !== 0n;
      case 'int32':
      case 'int64':
      case 'uint32':
      case 'uint64':
        return integerOf(field.varint);
      case 'double':
        return field.bytes.readDoubleLE(0);
      default:
        return this.message(type, field.bytes);
    }
  }
}

/** A message under way. */
interface Draft {
  readonly members: Record<string, Json>;
  readonly lists: Map<string, Json[]>;
  readonly maps: Map<string, (readonly [string, Json])[]>;
}

function gathered<T>(lists: Map<string, T[]>, key: string): T[] {
  const known = lists.get(key);
  if (known) return known;
  const list: T[] = [];
  lists.set(key, list);
  return list;
}

const tooLarge = (of: 'nodes' | 'depth') => `it is too large: ${describeExcess(excessAt(OBJECT_BOUNDS, of))}`;

/** What Go leaves out of JSON for `omitempty`, and an empty struct, which means the same. */
const isZero = (value: Json): boolean =>
  value === null ||
  value === '' ||
  value === 0 ||
  value === false ||
  (typeof value === 'object' && Object.keys(value).length === 0);

const json = (text: string): Json => parseBoundedJson(text) as Json;

const SCHEMA = 'apiextensions.v1.JSONSchemaProps';

/** Types that write themselves to JSON in Go; `decode` is for messages within them. */
const SPECIAL: Readonly<
  Record<string, (bytes: Buffer, decode: (type: string, part: Buffer) => Json) => Json>
> = {
  'resource.Quantity': (bytes) => textOf(bytes, 1),
  'intstr.IntOrString': (bytes) =>
    member(bytes, 1)?.varint === 1n ? textOf(bytes, 3) : toNumber(member(bytes, 2)?.varint ?? 0n),
  'meta.v1.Time': (bytes) => timeOf(bytes, rfc3339),
  'meta.v1.MicroTime': (bytes) => timeOf(bytes, rfc3339Micro),
  'meta.v1.FieldsV1': (bytes) => json(textOf(bytes, 1) || '{}'),
  'runtime.RawExtension': (bytes) => json(textOf(bytes, 1) || 'null'),
  'apiextensions.v1.JSON': (bytes) => json(textOf(bytes, 1) || 'null'),
  'apiextensions.v1.JSONSchemaPropsOrBool': (bytes, decode) => {
    const schema = member(bytes, 2);
    return schema ? decode(SCHEMA, schema.bytes) : member(bytes, 1)?.varint === 1n;
  },
  'apiextensions.v1.JSONSchemaPropsOrArray': (bytes, decode) => {
    const schemas = membersOf(bytes, 2).map((part) => decode(SCHEMA, part));
    return schemas.length > 0 ? schemas : decode(SCHEMA, member(bytes, 1)?.bytes ?? Buffer.alloc(0));
  },
  'apiextensions.v1.JSONSchemaPropsOrStringArray': (bytes, decode) => {
    const schema = member(bytes, 1);
    const names = membersOf(bytes, 2).map(utf8);
    return names.length === 0 && schema ? decode(SCHEMA, schema.bytes) : names;
  },
  'meta.v1.Duration': (bytes) => `${toNumber(member(bytes, 1)?.varint ?? 0n) / 1e9}s`,
};

/** The zero time of Go is null in JSON. */
function timeOf(bytes: Buffer, format: (ms: number) => string): Json {
  const seconds = member(bytes, 1)?.varint;
  if (seconds === undefined) return null;
  return format(toNumber(seconds) * 1000 + toNumber(member(bytes, 2)?.varint ?? 0n) / 1e6);
}
