import { isObject } from '../../../../kube/values/equal.ts';
import { stringifyJson } from '../../../../kube/values/json.ts';
import type { Json, JsonObject } from '../../../../kube/values/types.ts';

/**
 * OpenAPI v2 in protobuf, as clients older than OpenAPI v3 read it (gnostic `openapiv2/OpenAPIv2.proto`). The table holds what is written here:
 * no headers, security, files or XML.
 */
export const swaggerProtobuf = (document: JsonObject): Buffer =>
  Buffer.from(encode(DOCUMENT, document), 'latin1');

/** A member with its tag, a character for each byte: joining those costs nothing. Empty where the format leaves the value out. */
type Write = (field: number, value: Json) => string;

interface Message {
  readonly members: Readonly<Record<string, readonly [field: number, write: Write]>>;
  /** The field of members `x-…`. */
  readonly extensions?: number;
  /** The field of all other members, by name. */
  readonly rest?: readonly [field: number, write: Write];
}

const encode = (message: Message, object: JsonObject): string =>
  Object.entries(object)
    .map(([name, value]) => member(message, name, value))
    .join('');

function member({ members, extensions, rest }: Message, name: string, value: Json | undefined): string {
  if (value === undefined) return '';
  const row = Object.hasOwn(members, name) ? members[name] : undefined;
  if (row) return row[1](row[0], value);
  if (extensions !== undefined && name.startsWith('x-')) return named(any)(extensions, { [name]: value });
  return rest ? rest[1](rest[0], { [name]: value }) : '';
}

function varint(value: number): string {
  let bytes = '';
  let left = value;
  for (; left > 127; left = Math.floor(left / 128)) bytes += String.fromCharCode((left % 128) | 128);
  return bytes + String.fromCharCode(left);
}

const [VARINT, DOUBLE, BYTES] = [0, 1, 2];
const tag = (field: number, wire: number): string => varint(field * 8 + wire);
const bytes = (field: number, content: string): string =>
  tag(field, BYTES) + varint(content.length) + content;

const text: Write = (field, value) => bytes(field, Buffer.from(String(value), 'utf8').toString('latin1'));
const flag: Write = (field, value) => (value === true ? tag(field, VARINT) + varint(1) : '');
const count: Write = (field, value) => (Number(value) > 0 ? tag(field, VARINT) + varint(Number(value)) : '');
const double: Write = (field, value) => {
  const number = Buffer.alloc(8);
  number.writeDoubleLE(Number(value));
  return Number(value) === 0 ? '' : tag(field, DOUBLE) + number.toString('latin1');
};
/** Any value, as YAML, which JSON is. */
const any: Write = (field, value) => bytes(field, text(2, stringifyJson(value)));
const each =
  (write: Write): Write =>
  (field, value) =>
    (Array.isArray(value) ? value : [value]).map((one: Json) => write(field, one)).join('');
/** Tables refer to each other: the one is looked up when it is needed. */
const message =
  (of: () => Message): Write =>
  (field, value) =>
    isObject(value) ? bytes(field, encode(of(), value)) : '';
/** A map: an entry for each member, its name and its value. */
const named =
  (write: Write): Write =>
  (field, value) =>
    Object.entries(isObject(value) ? value : {})
      .map(([name, one]) => bytes(field, text(1, name) + (one === undefined ? '' : write(2, one))))
      .join('');
/** A message around one member. */
const inside =
  (inner: number, write: Write): Write =>
  (field, value) =>
    bytes(field, write(inner, value));

const schema = message(() => SCHEMA);
/** One schema or, for `additionalProperties`, a truth value. */
const schemaOrFlag: Write = (field, value) =>
  bytes(field, isObject(value) ? schema(1, value) : flag(2, value));

const SCHEMA: Message = {
  members: {
    $ref: [1, text],
    format: [2, text],
    title: [3, text],
    description: [4, text],
    default: [5, any],
    multipleOf: [6, double],
    maximum: [7, double],
    exclusiveMaximum: [8, flag],
    minimum: [9, double],
    exclusiveMinimum: [10, flag],
    maxLength: [11, count],
    minLength: [12, count],
    pattern: [13, text],
    maxItems: [14, count],
    minItems: [15, count],
    uniqueItems: [16, flag],
    maxProperties: [17, count],
    minProperties: [18, count],
    required: [19, each(text)],
    enum: [20, each(any)],
    additionalProperties: [21, schemaOrFlag],
    type: [22, inside(1, each(text))],
    items: [23, inside(1, each(schema))],
    allOf: [24, each(schema)],
    properties: [25, inside(1, named(schema))],
    example: [30, any],
  },
  extensions: 31,
};

const IN_PATH: Message = {
  members: {
    required: [1, flag],
    in: [2, text],
    description: [3, text],
    name: [4, text],
    type: [5, text],
    format: [6, text],
    uniqueItems: [19, flag],
  },
  extensions: 22,
};
const IN_QUERY: Message = {
  members: {
    ...IN_PATH.members,
    type: [6, text],
    format: [7, text],
    uniqueItems: [20, flag],
  },
  extensions: 23,
};
const BODY: Message = {
  members: {
    description: [1, text],
    name: [2, text],
    in: [3, text],
    required: [4, flag],
    schema: [5, schema],
  },
  extensions: 6,
};
const parameter: Write = (field, value) => {
  const place = isObject(value) ? value.in : undefined;
  if (place === 'body') return bytes(field, bytes(1, message(() => BODY)(1, value)));
  const other = place === 'path' ? message(() => IN_PATH)(4, value) : message(() => IN_QUERY)(3, value);
  return bytes(field, bytes(1, bytes(2, other)));
};

const RESPONSE: Message = {
  members: { description: [1, text], schema: [2, inside(1, schema)] },
  extensions: 5,
};
const RESPONSES: Message = {
  members: {},
  extensions: 2,
  rest: [
    1,
    named(
      inside(
        1,
        message(() => RESPONSE),
      ),
    ),
  ],
};
const OPERATION: Message = {
  members: {
    tags: [1, each(text)],
    summary: [2, text],
    description: [3, text],
    operationId: [5, text],
    produces: [6, each(text)],
    consumes: [7, each(text)],
    parameters: [8, each(parameter)],
    responses: [9, message(() => RESPONSES)],
    schemes: [10, each(text)],
    deprecated: [11, flag],
  },
  extensions: 13,
};
const operation = message(() => OPERATION);
const PATH_ITEM: Message = {
  members: {
    get: [2, operation],
    put: [3, operation],
    post: [4, operation],
    delete: [5, operation],
    options: [6, operation],
    head: [7, operation],
    patch: [8, operation],
    parameters: [9, each(parameter)],
  },
  extensions: 10,
};
const INFO: Message = { members: { title: [1, text], version: [2, text], description: [3, text] } };
const DOCUMENT: Message = {
  members: {
    swagger: [1, text],
    info: [2, message(() => INFO)],
    paths: [8, inside(2, named(message(() => PATH_ITEM)))],
    definitions: [9, inside(1, named(schema))],
  },
  extensions: 16,
};
