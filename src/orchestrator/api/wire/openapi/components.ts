import { builtinType, type Schema } from '../../../../kube/schema/schema.ts';
import { apiVersionOf, type Json } from '../../../../kube/values/types.ts';
import type { ServedResource } from '../../types.ts';
import { publishedSchema } from './custom.ts';
import { described } from './descriptions.ts';

/** 2: Swagger 2.0, one document of everything; 3: OpenAPI 3.0, a document per group-version. */
export type OpenApiVersion = 2 | 3;

/** The named schemas of one document, each put there when something first refers to it. */
export interface Components {
  /** A reference to the schema of a resource's kind. */
  kind(row: ServedResource): object;
  /** The same of its list. */
  list(row: ServedResource): object;
  /** The same of a built-in type, `meta.v1.Status`. */
  type(name: string): object;
  all(): Readonly<Record<string, object>>;
}

export function createComponents(version: OpenApiVersion): Components {
  const found = new Map<string, object>();
  const prefix = version === 2 ? '#/definitions/' : '#/components/schemas/';
  const refTo = (name: string) => ({ $ref: prefix + name });

  const reference = (name: string, schema: Schema): object => {
    const component = componentName(name);
    if (!found.has(component)) {
      // Entered before its members: JSONSchemaProps holds itself.
      found.set(component, {});
      found.set(component, described(name, inline(schema)));
    }
    return refTo(component);
  };

  /** A named type becomes a reference; what the place adds to it (merge keys) stands beside. */
  const render = (schema: Schema): object => {
    if (schema.name === undefined) return inline(schema);
    const ref = reference(schema.name, schema);
    const beside = extensions(schema);
    if (Object.keys(beside).length === 0) return ref;
    return version === 2 ? { ...ref, ...beside } : { allOf: [ref], ...beside };
  };

  const inline = (schema: Schema): object => {
    const { properties, additional, items, type, format, required, intOrString, quantity } = schema;
    if (intOrString || quantity)
      return { ...numberOrText(version, intOrString ?? false), ...extensions(schema) };
    return {
      ...(type ? { type } : {}),
      ...(format ? { format } : {}),
      ...(required ? { required } : {}),
      ...(properties
        ? {
            properties: Object.fromEntries(
              Object.entries(properties).map(([key, one]) => [key, render(one)]),
            ),
          }
        : {}),
      ...(additional ? { additionalProperties: render(additional) } : {}),
      ...(items ? { items: render(items) } : {}),
      ...extensions(schema),
    };
  };

  const type = (name: string) => reference(name, builtinType(name));

  /** Says of a component which kinds it is the schema of. */
  const named = (name: string, schema: object, gvk: object) => {
    found.set(name, { ...schema, [GVK]: [gvk] });
    return refTo(name);
  };

  const kind = (row: ServedResource) => {
    const schema = row.custom ? undefined : row.schema();
    if (!schema?.name) {
      return named(
        componentNameOf(row),
        publishedSchema(row, version, type('meta.v1.ObjectMeta')),
        gvkOf(row),
      );
    }
    const ref = reference(schema.name, schema);
    const component = componentName(schema.name);
    found.set(component, { ...found.get(component), [GVK]: [gvkOf(row)] });
    return ref;
  };

  return {
    type,
    kind,
    list(row) {
      const schema = {
        type: 'object',
        required: ['items'],
        properties: {
          apiVersion: { type: 'string' },
          items: { type: 'array', items: kind(row) },
          kind: { type: 'string' },
          metadata: type('meta.v1.ListMeta'),
        },
      };
      const listKind = { ...gvkOf(row), kind: row.listKind };
      return named(componentNameOf({ ...row, kind: row.listKind }), schema, listKind);
    },
    all: () => Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

export const GVK = 'x-kubernetes-group-version-kind';

export const gvkOf = ({ group, version, kind }: ServedResource) => ({ group, version, kind });

/** Swagger 2.0 has no way to say that either will do: `format` says it to those who know. */
function numberOrText(version: OpenApiVersion, intOrString: boolean): object {
  if (version === 3) return { oneOf: [{ type: 'string' }, { type: 'number' }] };
  return intOrString ? { type: 'string', format: 'int-or-string' } : { type: 'string' };
}

/** The name under which Kubernetes publishes the kind: of a custom resource its group backwards. */
function componentNameOf(row: ServedResource): string {
  const schema = row.custom ? undefined : row.schema();
  if (!schema?.name) return `${row.group.split('.').reverse().join('.')}.${row.version}.${row.kind}`;
  return componentName(`${schema.name.slice(0, schema.name.lastIndexOf('.'))}.${row.kind}`);
}

/** `core.v1.Pod` → `io.k8s.api.core.v1.Pod`. Generators of other languages' types know these names. */
function componentName(name: string): string {
  const own = OF_OTHER_PACKAGES[name];
  if (own !== undefined) return own;
  const prefix = PREFIXES.find(([start]) => name.startsWith(start))?.[1] ?? 'io.k8s.api.';
  return prefix + name;
}

/** What the pinned schemas count to meta.v1, and Kubernetes keeps in packages of their own. */
const OF_OTHER_PACKAGES: Readonly<Record<string, string>> = {
  'meta.v1.IntOrString': 'io.k8s.apimachinery.pkg.util.intstr.IntOrString',
  'meta.v1.Quantity': 'io.k8s.apimachinery.pkg.api.resource.Quantity',
  'meta.v1.RawExtension': 'io.k8s.apimachinery.pkg.runtime.RawExtension',
};

const PREFIXES: readonly (readonly [string, string])[] = [
  ['meta.', 'io.k8s.apimachinery.pkg.apis.'],
  ['apiextensions.', 'io.k8s.apiextensions-apiserver.pkg.apis.'],
  ['apiregistration.', 'io.k8s.kube-aggregator.pkg.apis.'],
];

function extensions(schema: Schema): Readonly<Record<string, Json>> {
  return {
    ...(schema.patchStrategy ? { 'x-kubernetes-patch-strategy': schema.patchStrategy } : {}),
    ...(schema.patchMergeKey ? { 'x-kubernetes-patch-merge-key': schema.patchMergeKey } : {}),
    ...(schema.listType ? { 'x-kubernetes-list-type': schema.listType } : {}),
    ...(schema.listMapKeys ? { 'x-kubernetes-list-map-keys': schema.listMapKeys } : {}),
    ...(schema.mapType ? { 'x-kubernetes-map-type': schema.mapType } : {}),
  };
}

export const pathOf = (row: { readonly group: string; readonly version: string }): string =>
  `${row.group === '' ? 'api' : 'apis'}/${apiVersionOf(row)}`;
