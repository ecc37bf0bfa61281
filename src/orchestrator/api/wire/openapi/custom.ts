import { isObject } from '../../../../kube/values/equal.ts';
import type { Json, JsonObject } from '../../../../kube/values/types.ts';
import type { ServedResource } from '../../types.ts';

const PRESERVES = 'x-kubernetes-preserve-unknown-fields';

/** A custom resource's schema as its author wrote it, descriptions included, around the members that every object has. */
export function publishedSchema(row: ServedResource, version: 2 | 3, objectMeta: object): object {
  const own = row.openAPIV3Schema;
  if (!isObject(own)) return { type: 'object', ...(version === 2 ? {} : { [PRESERVES]: true }) };
  // Members beside it would make old clients refuse all others.
  if (version === 2 && own[PRESERVES] === true) return { type: 'object' };
  const schema = version === 2 ? swaggerOf(own) : own;
  const metadata = version === 2 ? objectMeta : { allOf: [objectMeta] };
  return {
    ...schema,
    properties: {
      ...(isObject(schema.properties) ? schema.properties : {}),
      apiVersion: {
        type: 'string',
        description: 'APIVersion defines the group and the version in whose schema the object is written.',
      },
      kind: { type: 'string', description: 'Kind is the name of the type of the object.' },
      metadata: { ...metadata, description: "Standard object's metadata, which the server keeps." },
    },
    ...(row.selectable ? { 'x-kubernetes-selectable-fields': selectableFields(row.selectable) } : {}),
  };
}

const selectableFields = (fields: object) => Object.keys(fields).map((fieldPath) => ({ fieldPath }));

const JUNCTORS: ReadonlySet<string> = new Set(['allOf', 'anyOf', 'oneOf', 'not']);

/** What Swagger 2.0 can say of a schema (apiextensions-apiserver `pkg/controller/openapi/v2/conversion.go`). */
function swaggerOf(schema: JsonObject): JsonObject {
  const isOpen = schema.nullable === true || schema[PRESERVES] === true;
  const { nullable: _, ...own } = schema;
  const members = Object.entries(own).filter(
    ([key]) => !JUNCTORS.has(key) && !(isOpen && (key === 'items' || key === 'properties')),
  );
  const kept: JsonObject = Object.fromEntries(members.map(([key, value]) => [key, below(key, value)]));
  const isUntyped =
    schema.nullable === true ||
    (kept.type === 'array' && kept.items === undefined) ||
    (kept.type === 'object' && schema[PRESERVES] === true);
  return withRequired(isUntyped ? without(kept, 'type') : kept, schema);
}

function below(key: string, value: Json): Json {
  if (key === 'properties' && isObject(value))
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, subschema(member)]));
  return key === 'items' || key === 'additionalProperties' ? subschema(value) : value;
}

const subschema = (value: Json): Json => (isObject(value) ? swaggerOf(value) : value);

/** A member that may be null need not be there, for Swagger. */
function withRequired(schema: JsonObject, { properties, required }: JsonObject): JsonObject {
  if (!Array.isArray(required) || !isObject(properties)) return schema;
  const left = required.filter((name) => !isNullable(properties[String(name)]));
  return left.length === 0 ? without(schema, 'required') : { ...schema, required: left };
}

const isNullable = (schema: Json | undefined): boolean => isObject(schema) && schema.nullable === true;

function without(schema: JsonObject, key: string): JsonObject {
  const { [key]: _, ...others } = schema;
  return others;
}
