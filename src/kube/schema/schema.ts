import { readFileSync } from 'node:fs';
import { ownData } from '../../base/ownfiles.ts';
import type { GroupVersionKind, Json } from '../values/types.ts';

/**
 * The one schema representation, of built-in kinds and of custom resources alike: fields, types, list types and
 * map keys (structured-merge-diff), merge keys (strategic merge patch), defaults, and what a CRD may constrain.
 * Nodes are shared and may be recursive (JSONSchemaProps): never walk a schema without an object beside it.
 */
export interface Schema {
  /** Name of a built-in type, `core.v1.Container`: the key of the defaults in `kinds`. */
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
  /** Custom resources only: `x-kubernetes-validations`. */
  readonly validations?: readonly ValidationRule[];
  /** Custom resources only: what `kubectl explain` prints. */
  readonly description?: string;
}

/** A rule in CEL about the value of a schema node, `self` (KEP-2876). */
export interface ValidationRule {
  readonly rule: string;
  readonly message?: string;
  /** CEL for a message; where it fails, `message` stands in. */
  readonly messageExpression?: string;
  /** `FieldValueInvalid` where it is left out. */
  readonly reason?: string;
  /** `.spec.x`, from the node on: where the error is said to be. */
  readonly fieldPath?: string;
  /** `oldSelf` is an optional, and the rule is evaluated on creates too. */
  readonly optionalOldSelf?: boolean;
}

/** The schema of one member of an object: declared, of a map, or undefined where the schema says nothing. */
export const memberSchema = (schema: Schema, key: string): Schema | undefined =>
  (schema.properties !== undefined && Object.hasOwn(schema.properties, key)
    ? schema.properties[key]
    : undefined) ?? schema.additional;

/** A schema that says nothing: any JSON below, kept. */
export const ANYTHING: Schema = { preserveUnknown: true };

/** A node of `data/*.json`: a Schema in which `{ "$ref": "core.v1.Pod" }` stands for a type of some package. */
type Stored = Omit<Schema, 'properties' | 'items' | 'additional'> & {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Stored>>;
  readonly items?: Stored;
  readonly additional?: Stored;
};

/**
 * Memos of what the files of the package say, filled on first use: immutable data, the same for everybody,
 * so that a program which never names a kind of batch/v1 never reads its file.
 */
const packages = new Map<string, Readonly<Record<string, Stored>>>();
const types = new Map<string, Schema>();

const read = (file: string): unknown =>
  JSON.parse(readFileSync(ownData(`kube/schema/data/${file}.json`), 'utf8'));

function packageOf(name: string): Readonly<Record<string, Stored>> {
  const known = packages.get(name);
  if (known) return known;
  const loaded = read(name) as Readonly<Record<string, Stored>>;
  packages.set(name, loaded);
  return loaded;
}

/** The schema of a built-in kind, undefined where the group-version or the kind is not one that ships. */
export function builtinSchema(gvk: GroupVersionKind): Schema | undefined {
  const name = builtinKinds()[`${gvk.group}/${gvk.version}/${gvk.kind}`];
  return name === undefined ? undefined : builtinType(name);
}

/** `group/version/Kind` (the group empty for core) → name of its type, of every kind that ships. */
export function builtinKinds(): Readonly<Record<string, string>> {
  return packageOf('index') as unknown as Readonly<Record<string, string>>;
}

/** The schema of a built-in type by name, `core.v1.PodSpec`. Throws for a name that does not ship. */
export function builtinType(name: string): Schema {
  const known = types.get(name);
  if (known) return known;
  const dot = name.lastIndexOf('.');
  const stored = packageOf(name.slice(0, dot))[name.slice(dot + 1)];
  if (!stored) throw new Error(`no built-in type ${name}`);
  // Registered before its members are resolved: JSONSchemaProps holds itself.
  const schema: Schema = { name };
  types.set(name, schema);
  return Object.freeze(Object.assign(schema, resolve(stored)));
}

/** What a reference adds beside itself (merge strategy, map type) is never said of a recursive type, so copying is safe. */
function resolve(stored: Stored): Schema {
  const { $ref, properties, items, additional, ...own } = stored;
  if ($ref !== undefined) {
    const target = builtinType($ref);
    return Object.keys(own).length === 0 ? target : { ...target, ...own };
  }
  return {
    ...own,
    ...(properties ? { properties: mapValues(properties, resolve) } : {}),
    ...(items ? { items: resolve(items) } : {}),
    ...(additional ? { additional: resolve(additional) } : {}),
  };
}

const mapValues = <A, B>(record: Readonly<Record<string, A>>, f: (value: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, f(value)]));
