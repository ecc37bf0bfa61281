import { unmarshalYaml } from '../gotemplate/encoding/yaml/unmarshal.ts';
import { GoError, type Value } from '../gotemplate/values.ts';

/** What Helm reads of a manifest (`SimpleHead` of pkg/release/v1/util/manifest.go). */
export interface ManifestHead {
  readonly kind: string;
  readonly name: string;
  readonly annotations: ReadonlyMap<string, string>;
  /** The whole manifest. */
  readonly value: Value;
}

/** @throws GoError for a text that is no YAML, or whose head has other types */
export function readHead(content: string): ManifestHead {
  const value = unmarshalYaml(content);
  if (value === null) return { kind: '', name: '', annotations: new Map(), value };
  if (!(value instanceof Map)) throw mismatch(value, 'Go value of type util.SimpleHead');
  textField(value, 'apiVersion', 'apiVersion');
  const metadata = field(value, 'metadata') ?? null;
  if (metadata !== null && !(metadata instanceof Map)) throw mismatch(metadata, structField('metadata'));
  return {
    kind: textField(value, 'kind', 'kind'),
    name: metadata ? textField(metadata, 'name', 'metadata.name') : '',
    annotations: metadata ? annotationsOf(field(metadata, 'annotations') ?? null) : new Map(),
    value,
  };
}

function annotationsOf(value: Value): Map<string, string> {
  if (value === null) return new Map();
  if (!(value instanceof Map)) throw mismatch(value, structField('metadata.annotations'));
  return new Map(Array.from(value, ([key, one]) => [key, textOf(one, 'metadata.annotations')]));
}

const textField = (map: Map<string, Value>, name: string, path: string): string =>
  textOf(field(map, name) ?? null, path);

/** sigs.k8s.io/yaml writes numbers and truth values as text where text is wanted. */
function textOf(value: Value, path: string): string {
  if (value === null) return '';
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return String(value);
  throw mismatch(value, structField(path));
}

/** encoding/json takes a name without regard to case, if nothing has it exactly; of several the last by order counts. */
function field(map: Map<string, Value>, name: string): Value | undefined {
  if (map.has(name)) return map.get(name);
  const lower = name.toLowerCase();
  for (const [key, value] of map)
    if (key.length === lower.length && key.toLowerCase() === lower) return value;
  return undefined;
}

const structField = (path: string): string => `Go struct field .${path} of type string`;

const mismatch = (value: Value, what: string): GoError =>
  new GoError(
    `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${jsonKindOf(value)} into ${what}`,
  );

function jsonKindOf(value: Value): string {
  if (value instanceof Map) return 'object';
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}
