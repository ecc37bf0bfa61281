import type { Schema } from '../schema/schema.ts';
import {
  BOOL,
  type CelField,
  type CelType,
  DOUBLE,
  INT,
  listType,
  mapType,
  type ObjectType,
  objectType,
  STRING,
} from './types.ts';

/** Bytes of the largest request, and of the least and largest JSON of some formats (`apiserver/pkg/cel/limits.go`). */
const MAX_REQUEST = 3 * 1024 * 1024;
const DURATION_SIZES = { minSize: 3, maxElements: 32 };
const DATE_SIZES = { minSize: 12, maxElements: 12 };
const TIMESTAMP_SIZES = { minSize: 21, maxElements: 32 };

const META = objectType('object', { name: STRING, generateName: STRING });

/** Memo of what is derived from schemas, which never change. */
const declared = new WeakMap<Schema, CelType | 'hidden'>();

/**
 * The type that the schema of a custom resource declares; undefined where rules cannot see the data, as nothing is known of it
 * (`apiserver/pkg/cel/common/schemas.go`, SchemaDeclType). `isResource`: of a whole object, whose kind and name are always there.
 */
export function schemaType(schema: Schema, isResource: boolean): CelType | undefined {
  const known = declared.get(schema);
  if (known !== undefined) return known === 'hidden' ? undefined : known;
  const type = typeOf(schema, isResource);
  declared.set(schema, type ?? 'hidden');
  return type;
}

function typeOf(schema: Schema, isResource: boolean): CelType | undefined {
  switch (schema.intOrString ? undefined : schema.type) {
    case 'array':
      return arrayType(schema);
    case 'object':
      return isResource || !schema.additional || schema.properties
        ? fieldsType(schema, isResource)
        : valuesType(schema, schema.additional);
    default:
      return scalarType(schema);
  }
}

/** Of what has no parts; undefined where the schema does not say what it is. */
export function scalarType(schema: Schema): CelType | undefined {
  if (schema.intOrString) return { kind: 'dyn', minSize: 1, maxElements: textLimit(schema) };
  switch (schema.type) {
    case 'string':
      return textType(schema);
    case 'boolean':
      return { ...BOOL, minSize: 4 };
    case 'number':
      return { ...DOUBLE, minSize: 1 };
    case 'integer':
      return { ...INT, minSize: 1 };
    default:
      return undefined;
  }
}

function arrayType({ items, listType: kind, listMapKeys, maxItems }: Schema): CelType | undefined {
  const element = items && schemaType(items, items.embeddedResource === true);
  if (!element) return undefined;
  return listType(element, {
    minSize: 2,
    maxElements: maxItems ?? Math.floor((MAX_REQUEST - 2) / ((element.minSize ?? 1) + 1)),
    ...(kind === 'set' || kind === 'map' ? { listType: kind } : {}),
    ...(listMapKeys ? { mapKeys: listMapKeys } : {}),
  });
}

function valuesType({ maxProperties }: Schema, values: Schema): CelType | undefined {
  const value = schemaType(values, values.embeddedResource === true);
  if (!value) return undefined;
  // Kubernetes takes keys for empty when it estimates: `StringType` has no limit of its own (`apiserver/pkg/cel/types.go`).
  return mapType({ ...STRING, maxElements: 0 }, value, {
    minSize: 2,
    maxElements: maxProperties ?? Math.floor((MAX_REQUEST - 2) / ((value.minSize ?? 1) + 6)),
  });
}

function fieldsType(schema: Schema, isResource: boolean): ObjectType {
  const fields = new Map<string, CelField>();
  let minSize = 2;
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const type =
      property.name === undefined ? schemaType(property, property.embeddedResource === true) : undefined;
    if (!type) continue;
    const field = escapeName(name);
    if (field !== undefined) fields.set(field, { type, dataName: name });
    if (schema.required?.includes(name) && property.default === undefined)
      minSize += name.length + (type.minSize ?? 1) + 4;
  }
  if (isResource) {
    fields.set('apiVersion', { type: { ...STRING, minSize: 2 }, dataName: 'apiVersion' });
    fields.set('kind', { type: { ...STRING, minSize: 2 }, dataName: 'kind' });
    fields.set('metadata', { type: META, dataName: 'metadata' });
  }
  return { kind: 'object', name: 'object', fields, minSize, maxElements: 1 };
}

function textType(schema: Schema): CelType {
  const maxElements = textLimit(schema);
  switch (schema.format) {
    case 'byte':
      return { kind: 'bytes', minSize: 2, maxElements: schema.maxLength ?? maxElements };
    case 'duration':
      return { kind: 'duration', ...DURATION_SIZES };
    case 'date':
      return { kind: 'timestamp', ...DATE_SIZES };
    case 'date-time':
      return { kind: 'timestamp', ...TIMESTAMP_SIZES };
    default:
      return { ...STRING, minSize: 2, maxElements };
  }
}

/** A character may take four bytes. */
function textLimit({ maxLength, enum: values }: Schema): number {
  if (maxLength !== undefined) return Math.max(maxLength, 0) * 4;
  if (values) return Math.max(0, ...values.map((value) => (typeof value === 'string' ? value.length : 0)));
  return MAX_REQUEST - 2;
}

/** How often data of this size may be in one object. */
export const maxCardinality = ({ minSize = 1 }: CelType): number => Math.floor(MAX_REQUEST / (minSize + 1));

const RESERVED = new Set(
  (
    'true false null in as break const continue else for function if import let loop package namespace return var ' +
    'void while'
  ).split(' '),
);

/** `a-b` is the field `a__dash__b`; undefined for what no expression can name (`apiserver/pkg/cel/escaping.go`). */
export function escapeName(name: string): string | undefined {
  if (!/^[A-Za-z_][A-Za-z0-9_\-./]*$/.test(name)) return undefined;
  if (RESERVED.has(name)) return `__${name}__`;
  return name.replace(/__|[-./]/g, (found) => ESCAPES[found] ?? found);
}

const ESCAPES: Readonly<Record<string, string>> = {
  __: '__underscores__',
  '.': '__dot__',
  '-': '__dash__',
  '/': '__slash__',
};
