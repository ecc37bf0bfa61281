import type { Schema } from '../schema/schema.ts';
import { escapeName, scalarType } from './schematype.ts';
import { type CelField, type CelType, DYN, listType, mapType, STRING } from './types.ts';

/** Memo of what is derived from schemas, which never change. */
const known = new WeakMap<Schema, CelType>();

/**
 * The type of the objects of any kind, built-in types and metadata included, for checking expressions. Of what a schema does not say, or
 * what may be written in more than one way (quantities), anything is possible: an expression is not blamed for it.
 */
export function objectTypeOf(schema: Schema): CelType {
  const found = known.get(schema);
  if (found) return found;
  if (schema.type === 'object' && schema.properties) return fieldsOf(schema, schema.properties);
  const type = valueTypeOf(schema);
  known.set(schema, type);
  return type;
}

/** Known before its fields are: JSONSchemaProps holds itself. */
function fieldsOf(schema: Schema, properties: Readonly<Record<string, Schema>>): CelType {
  const fields = new Map<string, CelField>();
  const type: CelType = { kind: 'object', name: schema.name ?? 'object', fields };
  known.set(schema, type);
  for (const [name, property] of Object.entries(properties)) {
    const field = escapeName(name);
    if (field !== undefined) fields.set(field, { type: objectTypeOf(property), dataName: name });
  }
  return type;
}

function valueTypeOf(schema: Schema): CelType {
  if (schema.quantity) return DYN;
  if (schema.type === 'array') return schema.items ? listType(objectTypeOf(schema.items)) : DYN;
  if (schema.type === 'object')
    return schema.additional ? mapType(STRING, objectTypeOf(schema.additional)) : DYN;
  return scalarType(schema) ?? DYN;
}
