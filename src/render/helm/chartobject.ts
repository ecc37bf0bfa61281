import type { ResolvedChart } from '../../charts/helm/dependencies.ts';
import type { HelmVersion } from '../../charts/helm/dialect.ts';
import type { HelmDependency, HelmMaintainer } from '../../charts/helm/metadata.ts';
import { type HelmMap, isTable } from '../../charts/helm/values.ts';
import {
  type GoMap,
  type GoSlice,
  nilSlice,
  Struct,
  strings,
  typed,
  type Value,
} from '../gotemplate/values.ts';

/** A field of Chart.yaml: its name in Go, its name in the file, its value. */
type Field = readonly [name: string, key: string, value: Value];

/** `.Chart`: a map in Helm 4, in Helm 3 the struct that it is read into (pkg/chart/common.go, pkg/engine/engine.go). */
export function chartObject(resolved: ResolvedChart, isRoot: boolean, helm: HelmVersion): Value {
  const fields = fieldsOf(resolved, helm);
  const named: readonly (readonly [string, Value])[] = fields.map(([name, , value]) => [name, value]);
  if (helm === 4) return new Map<string, Value>([...named, ['IsRoot', isRoot]]);
  const metadata = new Struct({ name: 'chart.Metadata' }, new Map(named), { json: () => jsonFields(fields) });
  return new Struct(
    { name: 'struct { chart.Metadata; IsRoot bool }' },
    new Map<string, Value>([['Metadata', metadata], ...named, ['IsRoot', isRoot]]),
    {
      json: () =>
        new Struct({ name: '' }, new Map<string, Value>([...jsonFields(fields).fields, ['IsRoot', isRoot]])),
    },
  );
}

function fieldsOf({ chart, name, declared }: ResolvedChart, helm: HelmVersion): Field[] {
  const { metadata } = chart;
  return [
    ['Name', 'name', name],
    ['Home', 'home', metadata.home],
    ['Sources', 'sources', texts(metadata.sources, helm)],
    ['Version', 'version', metadata.version],
    ['Description', 'description', metadata.description],
    ['Keywords', 'keywords', texts(metadata.keywords, helm)],
    ['Maintainers', 'maintainers', structs(metadata.maintainers.map(maintainer), '*chart.Maintainer', helm)],
    ['Icon', 'icon', metadata.icon],
    ['APIVersion', 'apiVersion', metadata.apiVersion],
    ['Condition', 'condition', metadata.condition],
    ['Tags', 'tags', metadata.tags],
    ['AppVersion', 'appVersion', metadata.appVersion],
    ['Deprecated', 'deprecated', metadata.deprecated],
    ['Annotations', 'annotations', annotations(metadata.annotations)],
    ['KubeVersion', 'kubeVersion', metadata.kubeVersion],
    [
      'Dependencies',
      'dependencies',
      structs(
        declared.map((one) => dependency(one, helm)),
        '*chart.Dependency',
        helm,
      ),
    ],
    ['Type', 'type', metadata.type],
  ];
}

const texts = (items: readonly string[], helm: HelmVersion): GoSlice => {
  if (helm === 4) return [...items];
  return items.length === 0 ? nilSlice('[]string') : strings(items);
};

const annotations = (of: ReadonlyMap<string, string>): GoMap =>
  typed(new Map<string, Value>(of), { name: 'map[string]string', ...(of.size === 0 ? { nil: true } : {}) });

function maintainer({ name, email, url }: HelmMaintainer): Field[] {
  return [
    ['Name', 'name', name],
    ['Email', 'email', email],
    ['URL', 'url', url],
  ];
}

function dependency(one: HelmDependency, helm: HelmVersion): Field[] {
  return [
    ['Name', 'name', one.alias || one.name],
    ['Version', 'version', one.version],
    ['Repository', 'repository', one.repository],
    ['Condition', 'condition', one.condition],
    ['Tags', 'tags', texts(one.tags, helm)],
    ['Enabled', 'enabled', true],
    [
      'ImportValues',
      'import-values',
      one.importValues.map((value) => imported(isTable(value) ? value : String(value))),
    ],
    ['Alias', 'alias', one.alias],
  ];
}

/** Helm writes what it has understood of `import-values` back into the chart. */
function imported(value: HelmMap | string): GoMap {
  const pair = typeof value === 'string' ? { child: `exports.${value}`, parent: '.' } : undefined;
  const of = (key: 'child' | 'parent'): Value =>
    pair?.[key] ?? (typeof value === 'string' ? '' : String(value.get(key) ?? '<nil>'));
  return typed(
    new Map([
      ['child', of('child')],
      ['parent', of('parent')],
    ]),
    { name: 'map[string]string' },
  );
}

function structs(items: readonly Field[][], type: string, helm: HelmVersion): GoSlice {
  if (helm === 4) return items.map((fields) => new Map(fields.map(([name, , value]) => [name, value])));
  if (items.length === 0) return nilSlice(`[]${type}`);
  const made = items.map(
    (fields) =>
      new Struct({ name: type }, new Map(fields.map(([name, , value]) => [name, value])), {
        json: () => jsonFields(fields),
      }),
  );
  return typed<GoSlice>(made, { name: `[]${type}` });
}

/** Every field is `omitempty`, but for the repository of a dependency. */
function jsonFields(fields: readonly Field[]): Struct {
  const written = fields.filter(([, key, value]) => key === 'repository' || !isEmpty(value));
  return new Struct({ name: '' }, new Map(written.map(([, key, value]) => [key, value])));
}

function isEmpty(value: Value): boolean {
  if (value instanceof Map) return value.size === 0;
  return Array.isArray(value) ? value.length === 0 : value === '' || value === false;
}
