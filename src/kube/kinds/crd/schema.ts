import { isObject } from '../../values/equal.ts';
import { type FieldError, forbidden, invalid, notSupported, required } from '../../values/fielderrors.ts';
import type { Json, JsonObject } from '../../values/types.ts';
import { none } from '../checks/checks.ts';
import { listAt, objectAt, textAt } from '../checks/read.ts';

const LIST_TYPE = 'x-kubernetes-list-type';
const MAP_KEYS = 'x-kubernetes-list-map-keys';
const MAP_TYPE = 'x-kubernetes-map-type';

/**
 * What a schema says of itself, beyond being structural: lists that can be merged, maps, extensions that go together (apiextensions
 * `validation.go`, ValidateCustomResourceDefinitionOpenAPISchema; `apiserver/schema/validation.go`).
 */
export function checkSchema(schema: JsonObject, path: string, isRoot = true): readonly FieldError[] {
  const errors = [
    ...checkNode(schema, path, isRoot),
    ...checkExtensions(schema, path),
    ...checkListType(schema, path),
    ...checkMapKeys(schema, path),
  ];
  const below = (node: Json | undefined, at: string, isNested: boolean) => {
    if (isObject(node)) errors.push(...(isNested ? checkNested(node, at) : checkSchema(node, at, false)));
  };
  for (const [key, child] of Object.entries(objectAt(schema, 'properties')))
    below(child, `${path}.properties[${key}]`, false);
  below(schema.items, `${path}.items`, false);
  below(schema.additionalProperties, `${path}.additionalProperties`, false);
  for (const { node, at } of junctors(schema, path)) below(node, at, !isIntOrString(schema, node));
  return errors;
}

function* junctors(
  schema: JsonObject,
  path: string,
): Generator<{ readonly node: Json; readonly at: string }> {
  for (const key of ['allOf', 'anyOf', 'oneOf'] as const) {
    for (const [i, node] of listAt(schema, key).entries()) yield { node, at: `${path}.${key}[${i}]` };
  }
  if (schema.not !== undefined) yield { node: schema.not, at: `${path}.not` };
}

/** Where a value is a number or a string, its branches may say so. */
const isIntOrString = (schema: JsonObject, branch: Json): boolean =>
  schema['x-kubernetes-int-or-string'] === true &&
  isObject(branch) &&
  (branch.type === 'integer' || branch.type === 'string' || branch.anyOf !== undefined);

/** What has a place in the structure only. */
const STRUCTURE = ['type', 'default', 'title', 'description', 'nullable', 'additionalProperties'] as const;

/** Below a junctor only values are constrained. */
function checkNested(node: JsonObject, path: string): readonly FieldError[] {
  const errors: FieldError[] = STRUCTURE.filter((key) => isSet(node[key])).map((key) =>
    forbidden(
      `${path}.${key}`,
      `must be ${key === 'nullable' ? 'false' : key === 'additionalProperties' || key === 'default' ? 'undefined' : 'empty'} to be structural`,
    ),
  );
  for (const key in node) {
    if (key.startsWith('x-kubernetes-') && isSet(node[key]))
      errors.push(
        forbidden(
          `${path}.${key}`,
          `must be ${key.endsWith('validations') ? 'empty' : 'undefined'} to be structural`,
        ),
      );
  }
  for (const [key, child] of Object.entries(objectAt(node, 'properties')))
    if (isObject(child)) errors.push(...checkNested(child, `${path}.properties[${key}]`));
  if (isObject(node.items)) errors.push(...checkNested(node.items, `${path}.items`));
  for (const { node: branch, at } of junctors(node, path))
    if (isObject(branch)) errors.push(...checkNested(branch, at));
  return errors;
}

const isSet = (value: Json | undefined): boolean => value !== undefined && value !== '' && value !== false;

function checkNode(schema: JsonObject, path: string, isRoot: boolean): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (schema.uniqueItems === true)
    errors.push(
      forbidden(
        `${path}.uniqueItems`,
        'uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
      ),
    );
  if (isObject(schema.additionalProperties) && Object.keys(objectAt(schema, 'properties')).length > 0)
    errors.push(
      forbidden(`${path}.additionalProperties`, 'additionalProperties and properties are mutual exclusive'),
    );
  if (!isRoot) return errors;
  if (isSet(schema.additionalProperties))
    errors.push(forbidden(`${path}.additionalProperties`, 'must not be used at the root'));
  if (schema.nullable === true)
    errors.push(forbidden(`${path}.nullable`, 'nullable cannot be true at the root'));
  return [...errors, ...checkRootMembers(objectAt(schema, 'properties'), `${path}.properties`)];
}

/** metadata is implicit: only its names may be constrained. */
function checkRootMembers(properties: JsonObject, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const key of ['kind', 'apiVersion']) {
    const type = textAt(objectAt(properties, key), 'type');
    if (properties[key] !== undefined && type !== 'string')
      errors.push(invalid(`${path}[${key}].type`, type, 'must be string'));
  }
  if (properties.metadata === undefined) return errors;
  const {
    type,
    properties: members,
    default: value,
    description: _,
    ...rest
  } = objectAt(properties, 'metadata');
  if (type !== 'object') errors.push(invalid(`${path}[metadata].type`, type ?? '', 'must be object'));
  if (value !== undefined)
    errors.push(forbidden(`${path}[metadata].default`, 'must not be set in top-level metadata'));
  const others = Object.keys(isObject(members) ? members : {}).filter(
    (key) => key !== 'name' && key !== 'generateName',
  );
  if (others.length > 0 || Object.keys(rest).some((key) => isSet(rest[key])))
    errors.push(
      forbidden(
        `${path}[metadata]`,
        'must not specify anything other than name and generateName, but metadata is implicitly specified',
      ),
    );
  return errors;
}

function checkExtensions(schema: JsonObject, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const at = (key: string) => `${path}.${key}`;
  const { type } = schema;
  const preserve = schema['x-kubernetes-preserve-unknown-fields'];
  const isEmbedded = schema['x-kubernetes-embedded-resource'] === true;
  if (preserve === false)
    errors.push(invalid(at('x-kubernetes-preserve-unknown-fields'), false, 'must be true or undefined'));
  if (schema['x-kubernetes-int-or-string'] === true) {
    const detail = 'must be false if x-kubernetes-int-or-string is true';
    if (preserve === true) errors.push(invalid(at('x-kubernetes-preserve-unknown-fields'), true, detail));
    if (isEmbedded) errors.push(invalid(at('x-kubernetes-embedded-resource'), true, detail));
  }
  if (isEmbedded) {
    const detail = 'must be object if x-kubernetes-embedded-resource is true';
    if (type === undefined) errors.push(required(at('type'), detail));
    else if (type !== 'object') errors.push(invalid(at('type'), type, detail));
    if (isSet(schema.additionalProperties))
      errors.push(
        forbidden(at('additionalProperties'), 'must not be used if x-kubernetes-embedded-resource is set'),
      );
    if (preserve !== true && Object.keys(objectAt(schema, 'properties')).length === 0)
      errors.push(
        required(
          at('properties'),
          'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields',
        ),
      );
  }
  return [...errors, ...checkOwnType(schema, MAP_TYPE, 'object', ['atomic', 'granular'], path)];
}

/** An extension of one type, with its values. */
function checkOwnType(
  schema: JsonObject,
  key: string,
  type: string,
  supported: readonly string[],
  path: string,
): readonly FieldError[] {
  const value = schema[key];
  if (value === undefined) return none;
  const detail = `must be ${type} if ${key} is specified`;
  const found = schema.type;
  return [
    ...(found === type
      ? none
      : [found === undefined ? required(`${path}.type`, detail) : invalid(`${path}.type`, found, detail)]),
    ...(supported.includes(String(value)) ? none : [notSupported(`${path}.${key}`, value, supported)]),
  ];
}

function checkListType(schema: JsonObject, path: string): readonly FieldError[] {
  const kind = schema[LIST_TYPE];
  const items = objectAt(schema, 'items');
  const errors = [...checkOwnType(schema, LIST_TYPE, 'array', ['atomic', 'set', 'map'], path)];
  if ((kind === 'set' || kind === 'map') && items.nullable === true)
    errors.push(forbidden(`${path}.items.nullable`, `cannot be nullable when ${LIST_TYPE} is ${kind}`));
  if (kind !== 'set') return errors;
  const detail = `must be atomic as item of a list with ${LIST_TYPE}=set`;
  if (items.type === 'array' && items[LIST_TYPE] !== undefined && items[LIST_TYPE] !== 'atomic')
    errors.push(invalid(`${path}.items.${LIST_TYPE}`, items[LIST_TYPE], detail));
  if (items.type === 'object' && items[MAP_TYPE] !== 'atomic')
    errors.push(invalid(`${path}.items.${MAP_TYPE}`, items[MAP_TYPE] ?? null, detail));
  return errors;
}

function checkMapKeys(schema: JsonObject, path: string): readonly FieldError[] {
  const kind = schema[LIST_TYPE];
  const keys = listAt(schema, MAP_KEYS);
  const errors: FieldError[] = [];
  if (keys.length > 0 && kind !== 'map') {
    const detail = `must be map if ${MAP_KEYS} is non-empty`;
    errors.push(
      kind === undefined
        ? required(`${path}.${LIST_TYPE}`, detail)
        : invalid(`${path}.${LIST_TYPE}`, kind, detail),
    );
  }
  if (kind !== 'map') return errors;
  const items = objectAt(schema, 'items');
  if (keys.length === 0)
    errors.push(required(`${path}.${MAP_KEYS}`, `must not be empty if ${LIST_TYPE} is map`));
  if (schema.items === undefined)
    errors.push(required(`${path}.items`, `must have a schema if ${LIST_TYPE} is map`));
  else if (items.type !== 'object')
    errors.push(
      invalid(`${path}.items.type`, items.type ?? '', `must be object if parent array's ${LIST_TYPE} is map`),
    );
  else
    errors.push(
      ...keys.flatMap((key, i) => checkMapKey(String(key), keys.indexOf(key) < i, keys, items, path)),
    );
  return errors;
}

function checkMapKey(
  key: string,
  isRepeated: boolean,
  keys: readonly Json[],
  items: JsonObject,
  path: string,
): readonly FieldError[] {
  const property = objectAt(items, 'properties')[key];
  if (!isObject(property))
    return [invalid(`${path}.${MAP_KEYS}`, keys, 'entries must all be names of item properties')];
  const at = `${path}.items.properties[${key}]`;
  const isRequired = listAt(items, 'required').includes(key);
  return [
    ...(property.type === 'array' || property.type === 'object'
      ? [invalid(`${at}.type`, property.type, `must be a scalar type if parent array's ${LIST_TYPE} is map`)]
      : none),
    ...(isRepeated ? [invalid(`${path}.${MAP_KEYS}`, keys, 'must not contain duplicate entries')] : none),
    ...(isRequired || property.default !== undefined
      ? none
      : [
          required(
            `${at}.default`,
            `this property is in ${MAP_KEYS}, so it must have a default or be a required property`,
          ),
        ]),
    ...(property.nullable === true
      ? [forbidden(`${at}.nullable`, `this property is in ${MAP_KEYS}, so it cannot be nullable`)]
      : none),
  ];
}
