import { isObject } from '../../../kube/values/equal.ts';
import type { Json, JsonObject } from '../../../kube/values/types.ts';
import type { KindRegistry, ServedResource } from '../types.ts';
import { documentOf } from './openapi.ts';

/** The whole of OpenAPI v2 (`/openapi/v2`), made when it is first asked for after kinds have changed. */
export function createOpenApi2(kinds: KindRegistry, version: string): () => Buffer {
  let made: { readonly generation: number; readonly bytes: Buffer } | undefined;
  return () => {
    if (made?.generation !== kinds.generation) {
      const bytes = Buffer.from(JSON.stringify(swagger(kinds.all(), version)));
      made = { generation: kinds.generation, bytes };
    }
    return made.bytes;
  };
}

/** The documents of version 3 as one of version 2, which knows less: see `toVersion2`. */
function swagger(rows: readonly ServedResource[], version: string): JsonObject {
  const { components, info } = documentOf(rows, version) as unknown as {
    readonly components: { readonly schemas: JsonObject };
    readonly info: Json;
  };
  const definitions = Object.entries(components.schemas).map(([name, schema]) => [name, toVersion2(schema)]);
  return { swagger: '2.0', info, paths: {}, definitions: Object.fromEntries(definitions) };
}

/** Keywords that version 2 has no place for (apiextensions `controller/openapi/v2/conversion.go`). */
const UNKNOWN = new Set(['allOf', 'anyOf', 'oneOf', 'not', 'nullable']);
/** Names are keys here, which may be called like a keyword. */
const MAPS = new Set(['properties']);
const DATA = new Set([
  'default',
  'enum',
  'example',
  'x-kubernetes-group-version-kind',
  'x-kubernetes-validations',
]);

/**
 * Branches are left out, as is the type of what may be null or hold unknown fields: kubectl would refuse values that the server
 * takes. A reference with something beside it stands alone, and a number or string is a string of its own format.
 */
function toVersion2(schema: Json): Json {
  if (!isObject(schema)) return schema;
  const { $ref, allOf } = schema;
  if (typeof $ref === 'string') return { $ref: $ref.replace('#/components/schemas/', '#/definitions/') };
  const [only] = Array.isArray(allOf) && allOf.length === 1 ? allOf : [];
  if (isObject(only) && typeof only.$ref === 'string')
    return { ...convertMembers(schema), ...(toVersion2(only) as JsonObject) };
  if (
    schema.type === undefined &&
    schema.oneOf !== undefined &&
    schema['x-kubernetes-int-or-string'] === undefined
  )
    return { ...convertMembers(schema), type: 'string', format: 'int-or-string' };
  return withoutType(schema, convertMembers(schema));
}

function withoutType(schema: JsonObject, converted: JsonObject): JsonObject {
  const isOpen = schema['x-kubernetes-preserve-unknown-fields'] === true;
  if (schema.nullable !== true && !isOpen) return converted;
  const { items: _, properties: __, type, ...rest } = converted;
  const keepsType = schema.nullable !== true && type !== undefined && type !== 'object' && type !== 'array';
  return keepsType ? { ...rest, type } : rest;
}

function convertMembers(schema: JsonObject): JsonObject {
  const members = Object.entries(schema).flatMap(([key, value]): [string, Json][] => {
    if (value === undefined || UNKNOWN.has(key)) return [];
    if (DATA.has(key)) return [[key, value]];
    if (MAPS.has(key) && isObject(value)) {
      const children = Object.entries(value).map(([name, child]) => [name, toVersion2(child ?? null)]);
      return [[key, Object.fromEntries(children)]];
    }
    return [[key, toVersion2(value)]];
  });
  return Object.fromEntries(members);
}
