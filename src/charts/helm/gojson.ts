import type { Dialect } from './dialect.ts';
import type { HelmDependency, HelmMetadata } from './metadata.ts';
import type { HelmValue } from './values.ts';

type Fields = readonly (readonly [key: string, value: HelmValue | Written])[];

/** JSON that is written already. */
class Written {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** Chart.yaml as encoding/json writes Go's struct: in the order of its fields, without the empty ones. */
export function metadataJson(metadata: HelmMetadata, dialect: Dialect): string {
  const { maintainers, annotations, dependencies, ...rest } = metadata;
  const list = (items: readonly string[]): Written | '' =>
    items.length === 0 ? '' : new Written(`[${items}]`);
  return struct(
    [
      ...texts(rest, ['name', 'home', 'sources', 'version', 'description', 'keywords']),
      ['maintainers', list(maintainers.map((one) => struct(texts(one, ['name', 'email', 'url']), dialect)))],
      ...texts(rest, ['icon', 'apiVersion', 'condition', 'tags', 'appVersion', 'deprecated']),
      ['annotations', new Map(annotations)],
      ...texts(rest, ['kubeVersion']),
      ['dependencies', list(dependencies.map((one) => dependencyJson(one, dialect)))],
      ...texts(rest, ['type']),
    ],
    dialect,
  );
}

/** The same of a dependency, whose name and repository are written even where they are empty. */
export function dependencyJson(one: HelmDependency, dialect: Dialect): string {
  const written = (text: string): Written => new Written(dialect.toJson(text));
  return struct(
    [
      ['name', written(one.name)],
      ['version', one.version],
      ['repository', written(one.repository)],
      ...texts(one, ['condition', 'tags', 'enabled']),
      ['import-values', [...one.importValues]],
      ...texts(one, ['alias']),
    ],
    dialect,
  );
}

function texts<K extends string>(
  of: Readonly<Record<K, string | boolean | readonly string[]>>,
  keys: readonly K[],
): Fields {
  return keys.map((key) => {
    const value: string | boolean | readonly string[] = of[key];
    return [key, typeof value === 'object' ? [...value] : value];
  });
}

function struct(fields: Fields, dialect: Dialect): string {
  const members = fields.flatMap(([key, value]) => {
    if (isEmpty(value)) return [];
    return `"${key}":${value instanceof Written ? value.text : dialect.toJson(value)}`;
  });
  return `{${members.join(',')}}`;
}

function isEmpty(value: HelmValue | Written): boolean {
  if (value instanceof Map) return value.size === 0;
  return Array.isArray(value) ? value.length === 0 : value === '' || value === false;
}
