import type { Json } from './types.ts';

/**
 * The one schema representation, of built-in kinds and of custom resources alike: fields, types, list types and
 * map keys (structured-merge-diff), merge keys (strategic merge patch), defaults, and what a CRD may constrain.
 * Nodes are shared and may be recursive (JSONSchemaProps): never walk a schema without an object beside it.
 */
export interface Schema {
  /** Name of a built-in type, `core.v1.Container`: the key of the tables in `defaults.data.ts`. */
  readonly name?: string;
  /** Absent: any JSON. */
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  readonly properties?: Readonly<Record<string, Schema>>;
  /** Schema of the values of a map. */
  readonly additional?: Schema;
  readonly items?: Schema;
  /** Absent on an array: atomic. */
  readonly listType?: 'atomic' | 'set' | 'map';
  readonly listMapKeys?: readonly string[];
  /** Absent on an object: granular. */
  readonly mapType?: 'atomic' | 'granular';
  /** Strategic merge patch: `merge`, `replace`, `retainKeys`, or two of them with a comma between. */
  readonly patchStrategy?: string;
  readonly patchMergeKey?: string;
  readonly default?: Json;
  readonly required?: readonly string[];
  /** Number or string, each keeping its type. */
  readonly intOrString?: boolean;
  /** resource.Quantity: a string, or a number that means the same. */
  readonly quantity?: boolean;
  /** Unknown fields are kept below here. */
  readonly preserveUnknown?: boolean;
  /** A whole object with apiVersion, kind and metadata is embedded here. */
  readonly embeddedResource?: boolean;
  readonly nullable?: boolean;
  readonly format?: string;
  readonly enum?: readonly Json[];
  readonly minimum?: number;
  readonly exclusiveMinimum?: boolean;
  readonly maximum?: number;
  readonly exclusiveMaximum?: boolean;
  readonly multipleOf?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly not?: Schema;
  /** Custom resources only: what `kubectl explain` prints. */
  readonly description?: string;
}

/** The schema of one member of an object: declared, of a map, or undefined where the schema says nothing. */
export const memberSchema = (schema: Schema, key: string): Schema | undefined =>
  (schema.properties !== undefined && Object.hasOwn(schema.properties, key)
    ? schema.properties[key]
    : undefined) ?? schema.additional;

/** A schema that says nothing: any JSON below, kept. */
export const ANYTHING: Schema = { preserveUnknown: true };
