import { readFileSync } from 'node:fs';
import { rfc3339, rfc3339Micro } from '../../base/clock.ts';
import { isObject } from '../../kube/equal.ts';
import { statusError } from '../../kube/status.ts';
import { gvkOf, type Json } from '../../kube/types.ts';
import { type Field, fieldsOf, toNumber, utf8 } from './protobuf-wire.ts';

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
  const object = guarded(() => message(name, envelope.raw));
  return { apiVersion, kind, ...(isObject(object) ? object : {}) };
}

function guarded<T>(decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    // RangeError: lengths that lie; SyntaxError: JSON inside that is none (managedFields, raw extensions).
    if (error instanceof RangeError || error instanceof SyntaxError) throw malformed(error.message);
    throw error;
  }
}

const malformed = (why: string) =>
  statusError('BadRequest', `the body is not valid Kubernetes protobuf: ${why}`);

function envelopeOf(bytes: Buffer): { apiVersion: string; kind: string; raw: Buffer } {
  const fields = [...fieldsOf(bytes)];
  const part = (number: number) => fields.find((field) => field.number === number)?.bytes ?? Buffer.alloc(0);
  const type = [...fieldsOf(part(1))];
  const word = (number: number) =>
    utf8(type.find((field) => field.number === number)?.bytes ?? Buffer.alloc(0));
  return { apiVersion: word(1), kind: word(2), raw: part(2) };
}

type Row = readonly [json: string, type: string, flags?: string];
type Message = { readonly [field: string]: Row } & { readonly list?: true };
type Package = Readonly<Record<string, Message>>;

/** Memo of generated tables, immutable and filled on first use: most servers never see most packages. */
const tables = new Map<string, unknown>();

function generated(name: string): unknown {
  const known = tables.get(name);
  if (known) return known;
  const loaded = JSON.parse(readFileSync(new URL(`./protobuf/${name}.json`, import.meta.url), 'utf8'));
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

function message(name: string, bytes: Buffer): Json {
  const special = SPECIAL[name];
  if (special) return special(bytes);
  const rows = table(name);
  const object: Record<string, Json> = {};
  for (const field of fieldsOf(bytes)) {
    const row = rows[String(field.number)];
    // A field of a newer version: dropped, as a server of this version drops it in JSON.
    if (row) assign(object, row, field);
  }
  return rows.list ? (object.items ?? []) : object;
}

function assign(object: Record<string, Json>, [json, type, flags = '']: Row, field: Field): void {
  const map = /^map<\w+,(.*)>$/.exec(type);
  if (map) {
    const [key, value] = entryOf(map[1] ?? '', field.bytes);
    object[json] = { ...(object[json] as object), [key]: value };
    return;
  }
  const value = jsonOf(type, field);
  if (flags.includes('r')) object[json] = [...((object[json] as Json[] | undefined) ?? []), value];
  else if (flags.includes('i')) Object.assign(object, value);
  else if (flags.includes('z') ? value !== null : !isZero(value)) object[json] = value;
}

function entryOf(type: string, bytes: Buffer): readonly [string, Json] {
  const fields = [...fieldsOf(bytes)];
  const key = fields.find(({ number }) => number === 1);
  const value = fields.find(({ number }) => number === 2) ?? {
    number: 2,
    varint: 0n,
    bytes: Buffer.alloc(0),
  };
  return [utf8(key?.bytes ?? Buffer.alloc(0)), jsonOf(type, value)];
}

function jsonOf(type: string, field: Field): Json {
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
      return toNumber(field.varint);
    case 'double':
      return field.bytes.readDoubleLE(0);
    default:
      return message(type, field.bytes);
  }
}

/** What Go leaves out of JSON for `omitempty`, and an empty struct, which means the same. */
const isZero = (value: Json): boolean =>
  value === null ||
  value === '' ||
  value === 0 ||
  value === false ||
  (typeof value === 'object' && Object.keys(value).length === 0);

const member = (bytes: Buffer, number: number): Field | undefined =>
  [...fieldsOf(bytes)].find((field) => field.number === number);

/** Types that write themselves to JSON in Go. */
const SPECIAL: Readonly<Record<string, (bytes: Buffer) => Json>> = {
  'resource.Quantity': (bytes) => utf8(member(bytes, 1)?.bytes ?? Buffer.alloc(0)),
  'intstr.IntOrString': (bytes) =>
    member(bytes, 1)?.varint === 1n
      ? utf8(member(bytes, 3)?.bytes ?? Buffer.alloc(0))
      : toNumber(member(bytes, 2)?.varint ?? 0n),
  'meta.v1.Time': (bytes) => timeOf(bytes, rfc3339),
  'meta.v1.MicroTime': (bytes) => timeOf(bytes, rfc3339Micro),
  'meta.v1.FieldsV1': (bytes) => JSON.parse(utf8(member(bytes, 1)?.bytes ?? Buffer.from('{}'))),
  'runtime.RawExtension': (bytes) => JSON.parse(utf8(member(bytes, 1)?.bytes ?? Buffer.from('null'))),
  'meta.v1.Duration': (bytes) => `${toNumber(member(bytes, 1)?.varint ?? 0n) / 1e9}s`,
};

/** The zero time of Go is null in JSON. */
function timeOf(bytes: Buffer, format: (ms: number) => string): Json {
  const seconds = member(bytes, 1)?.varint;
  if (seconds === undefined) return null;
  return format(toNumber(seconds) * 1000 + toNumber(member(bytes, 2)?.varint ?? 0n) / 1e6);
}
