import { failed, ok, type Problem, type Result } from '../../base/errors.ts';

import { isObject } from '../values/equal.ts';
import type { Json, JsonObject } from '../values/types.ts';
import { builtinType, type Schema } from './schema.ts';

/** Keywords of JSONSchemaProps that are taken over as they are. */
const SAME = [
  'format',
  'enum',
  'minimum',
  'exclusiveMinimum',
  'maximum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'pattern',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
  'required',
  'nullable',
  'default',
  'description',
] as const;

const RENAMED = {
  'x-kubernetes-int-or-string': 'intOrString',
  'x-kubernetes-preserve-unknown-fields': 'preserveUnknown',
  'x-kubernetes-embedded-resource': 'embeddedResource',
  'x-kubernetes-list-type': 'listType',
  'x-kubernetes-list-map-keys': 'listMapKeys',
  'x-kubernetes-map-type': 'mapType',
  'x-kubernetes-validations': 'validations',
} as const;

/** Rejected by kube-apiserver in a v1 CRD (apiextensions `pkg/apiserver/schema/convert.go`). */
const UNSUPPORTED = [
  'id',
  '$schema',
  '$ref',
  'patternProperties',
  'dependencies',
  'additionalItems',
  'definitions',
] as const;

const TYPES = ['object', 'array', 'string', 'integer', 'number', 'boolean'] as const;
const isType = (value: unknown): value is (typeof TYPES)[number] => TYPES.includes(value as never);

/** metadata is the server's own, whatever a CRD says of it beyond name and generateName. */
const ROOT_MEMBERS = {
  apiVersion: { type: 'string' },
  kind: { type: 'string' },
} as const satisfies Record<string, Schema>;

/**
 * The schema of a custom resource's version, or the problems that make it not structural
 * (KEP-2571's predecessor KEP-1002; apiextensions `pkg/apiserver/schema/validation.go`).
 * Custom resources have the metadata of every other object.
 */
export function crdSchema(openAPIV3Schema: unknown): Result<Schema> {
  const problems: Problem[] = [];
  const root = convert(openAPIV3Schema, 'openAPIV3Schema', problems);
  if (root.type !== 'object')
    problems.push(notStructural('openAPIV3Schema.type', 'must be object at the root'));
  const [first, ...rest] = problems;
  if (first) return failed(first, ...rest);
  const metadata = builtinType('meta.v1.ObjectMeta');
  return ok({ ...root, properties: { ...root.properties, ...ROOT_MEMBERS, metadata } });
}

const notStructural = (path: string, message: string): Problem => ({
  reason: 'NotStructural',
  message: `${path}: ${message}`,
});

function convert(node: unknown, path: string, problems: Problem[]): Schema {
  if (!isObject(node)) {
    problems.push(notStructural(path, 'must be a schema'));
    return {};
  }
  for (const keyword of UNSUPPORTED) {
    if (keyword in node) problems.push(notStructural(`${path}.${keyword}`, 'is not supported'));
  }
  const schema: Schema = {
    ...values(node),
    ...junctors(node, path, problems),
    ...structure(node, path, problems),
  };
  checkType(schema, path, problems);
  return schema;
}

function checkType(schema: Schema, path: string, problems: Problem[]): void {
  if (!schema.type && !schema.intOrString && !schema.preserveUnknown) {
    problems.push(notStructural(`${path}.type`, 'must not be empty'));
  }
  if (schema.type === 'array' && !schema.items)
    problems.push(notStructural(`${path}.items`, 'must be specified'));
  if (schema.listType === 'map' && !schema.listMapKeys?.length) {
    problems.push(notStructural(`${path}.x-kubernetes-list-map-keys`, 'is required for a list of type map'));
  }
  // `true` says no more than that unknown fields are kept.
  if (schema.properties && schema.additional && schema.additional !== ANY_MEMBER) {
    problems.push(notStructural(`${path}.additionalProperties`, 'cannot stand beside properties'));
  }
}

const values = (node: JsonObject): Schema =>
  Object.fromEntries(SAME.filter((key) => node[key] !== undefined).map((key) => [key, node[key]]));

function structure(node: JsonObject, path: string, problems: Problem[]): Schema {
  const { type, properties, items, additionalProperties } = node;
  if (type !== undefined && type !== '' && !isType(type)) {
    problems.push(notStructural(`${path}.type`, `unsupported value ${JSON.stringify(type)}`));
  }
  const renamed = Object.entries(RENAMED)
    .filter(([key]) => node[key] !== undefined && node[key] !== false)
    .map(([key, name]): [string, Json | undefined] => [name, node[key]]);
  return {
    ...(isType(type) ? { type } : {}),
    ...Object.fromEntries(renamed),
    ...(isObject(properties) ? { properties: children(properties, path, problems) } : {}),
    ...(items !== undefined ? { items: convert(items, `${path}.items`, problems) } : {}),
    ...additional(additionalProperties, path, problems),
  };
}

const children = (properties: JsonObject, path: string, problems: Problem[]): Record<string, Schema> =>
  Object.fromEntries(
    Object.entries(properties).map(([key, child]) => [
      key,
      convert(child, `${path}.properties[${key}]`, problems),
    ]),
  );

/** `additionalProperties: true` */
const ANY_MEMBER: Schema = { preserveUnknown: true };

function additional(value: Json | undefined, path: string, problems: Problem[]): Schema {
  if (value === undefined || value === false) return {};
  if (value === true) return { additional: ANY_MEMBER };
  return { additional: convert(value, `${path}.additionalProperties`, problems) };
}

/** Below a junctor only value validations may stand, which need no type of their own. */
function junctors(node: JsonObject, path: string, problems: Problem[]): Schema {
  const list = (key: 'allOf' | 'anyOf' | 'oneOf'): readonly Schema[] | undefined => {
    const branches = node[key];
    return Array.isArray(branches)
      ? branches.map((branch, i) => validation(branch, `${path}.${key}[${i}]`, problems))
      : undefined;
  };
  const [allOf, anyOf, oneOf] = [list('allOf'), list('anyOf'), list('oneOf')];
  return {
    ...(allOf ? { allOf } : {}),
    ...(anyOf ? { anyOf } : {}),
    ...(oneOf ? { oneOf } : {}),
    ...(node.not !== undefined ? { not: validation(node.not, `${path}.not`, problems) } : {}),
  };
}

function validation(node: unknown, path: string, problems: Problem[]): Schema {
  if (!isObject(node)) {
    problems.push(notStructural(path, 'must be a schema'));
    return {};
  }
  const { properties, items, additionalProperties } = node;
  const below = (value: unknown, key: string) => validation(value, `${path}.${key}`, problems);
  return {
    ...values(node),
    ...(isType(node.type) ? { type: node.type } : {}),
    ...junctors(node, path, problems),
    ...(isObject(properties)
      ? {
          properties: Object.fromEntries(
            Object.entries(properties).map(([key, child]) => [key, below(child, `properties[${key}]`)]),
          ),
        }
      : {}),
    ...(items !== undefined ? { items: below(items, 'items') } : {}),
    ...(isObject(additionalProperties)
      ? { additional: below(additionalProperties, 'additionalProperties') }
      : {}),
  };
}
