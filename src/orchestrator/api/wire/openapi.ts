import { createHash } from 'node:crypto';
import { builtinType, type Schema } from '../../../kube/schema/schema.ts';
import { apiVersionOf, type Json } from '../../../kube/values/types.ts';
import type { KindRegistry, ServedResource } from '../types.ts';

/** OpenAPI v3 as `kubectl explain`, `apply` and client generators read it: an index, and one document per group-version. */
export interface OpenApi {
  index(): Buffer;
  /** `api/v1`, `apis/apps/v1`; undefined: not served. */
  document(path: string): Buffer | undefined;
}

interface Document {
  readonly bytes: Buffer;
  readonly hash: string;
  /** What it was made from: the hashes of its rows. */
  readonly rows: string;
}

/** Documents are made when first asked for, and again when one of their resources has changed. */
export function createOpenApi(kinds: KindRegistry, version: string): OpenApi {
  const documents = new Map<string, Document>();
  const document = (path: string): Document | undefined => {
    const rows = kinds.all().filter((row) => pathOf(row) === path);
    if (rows.length === 0) {
      documents.delete(path);
      return undefined;
    }
    const made = rows.map((row) => row.hash).join();
    const known = documents.get(path);
    if (known?.rows === made) return known;
    const bytes = Buffer.from(JSON.stringify(documentOf(rows, version)));
    const hash = createHash('sha256').update(bytes).digest('hex').toUpperCase();
    documents.set(path, { bytes, hash, rows: made });
    return documents.get(path);
  };
  return {
    index() {
      const paths = [...new Set(kinds.all().map(pathOf))].map((path) => [
        path,
        { serverRelativeURL: `/openapi/v3/${path}?hash=${document(path)?.hash ?? ''}` },
      ]);
      return Buffer.from(JSON.stringify({ paths: Object.fromEntries(paths) }));
    },
    document: (path) => document(path)?.bytes,
  };
}

const pathOf = (row: ServedResource): string => `${row.group === '' ? 'api' : 'apis'}/${apiVersionOf(row)}`;

export function documentOf(rows: readonly ServedResource[], version: string): object {
  const components = new Map<string, unknown>();
  const paths = Object.assign({}, ...rows.map((row) => pathsOf(row, kindRef(row, components))));
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version },
    paths,
    components: { schemas: Object.fromEntries(components) },
  };
}

const gvkOfRow = ({ group, version, kind }: ServedResource) => ({ group, version, kind });

/** Just the operations that clients look for: PATCH says that server-side field validation is there. */
function pathsOf(row: ServedResource, ref: object): object {
  const scope = row.namespaced ? '/namespaces/{namespace}' : '';
  const path = `/${pathOf(row)}${scope}/${row.plural}`;
  const gvk = gvkOfRow(row);
  const operation = (action: string) => ({
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': gvk,
    parameters: WRITE_PARAMETERS,
    responses: { 200: { description: 'OK', content: { 'application/json': { schema: ref } } } },
  });
  const body = { requestBody: { content: { '*/*': { schema: ref } } } };
  return {
    [path]: {
      get: { ...operation('list'), parameters: [] },
      post: { ...operation('post'), ...body },
    },
    [`${path}/{name}`]: {
      get: { ...operation('get'), parameters: [] },
      put: { ...operation('put'), ...body },
      patch: operation('patch'),
      delete: { ...operation('delete'), parameters: [] },
    },
  };
}

const WRITE_PARAMETERS = ['dryRun', 'fieldManager', 'fieldValidation'].map((name) => ({
  name,
  in: 'query',
  schema: { type: 'string', uniqueItems: true },
}));

/** Puts the kind's schema among the components and gives the reference to it. */
function kindRef(row: ServedResource, components: Map<string, unknown>): object {
  const gvk = { 'x-kubernetes-group-version-kind': [gvkOfRow(row)] };
  const schema = row.custom ? undefined : row.schema();
  if (schema?.name) {
    const ref = reference(schema.name, schema, components);
    components.set(componentName(schema.name), {
      ...(components.get(componentName(schema.name)) as object),
      ...gvk,
    });
    return ref;
  }
  const name = `${row.group.split('.').reverse().join('.')}.${row.version}.${row.kind}`;
  const metadata = reference(META, builtinType(META), components);
  components.set(name, { ...customSchema(row, metadata), ...gvk });
  return { $ref: `#/components/schemas/${name}` };
}

/** As the author of the definition wrote it, descriptions included, around the members that every object has. */
function customSchema(row: ServedResource, metadata: object): object {
  const own = (row.openAPIV3Schema ?? { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }) as {
    readonly properties?: Record<string, Json>;
  };
  return {
    ...own,
    properties: {
      ...own.properties,
      apiVersion: {
        type: 'string',
        description: 'APIVersion defines the group and the version in whose schema the object is written.',
      },
      kind: { type: 'string', description: 'Kind is the name of the type of the object.' },
      metadata: { allOf: [metadata], description: "Standard object's metadata, which the server keeps." },
    },
    ...(row.selectable ? { 'x-kubernetes-selectable-fields': selectableFields(row.selectable) } : {}),
  };
}

const META = 'meta.v1.ObjectMeta';

const selectableFields = (fields: object) => Object.keys(fields).map((fieldPath) => ({ fieldPath }));

/** `core.v1.Pod` → the name under which Kubernetes publishes the type. */
function componentName(name: string): string {
  const prefix = PREFIXES.find(([start]) => name.startsWith(start))?.[1] ?? 'io.k8s.api.';
  return prefix + name;
}

const PREFIXES: readonly (readonly [string, string])[] = [
  ['meta.', 'io.k8s.apimachinery.pkg.apis.'],
  ['apiextensions.', 'io.k8s.apiextensions-apiserver.pkg.apis.'],
  ['apiregistration.', 'io.k8s.kube-aggregator.pkg.apis.'],
];

function reference(name: string, schema: Schema, components: Map<string, unknown>): object {
  const component = componentName(name);
  if (!components.has(component)) {
    // Entered before its members: JSONSchemaProps holds itself.
    components.set(component, {});
    components.set(component, described(name, inline(schema, components)));
  }
  return { $ref: `#/components/schemas/${component}` };
}

/** What is said of fields that every object has. */
const DESCRIPTIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  [META]: {
    creationTimestamp:
      'CreationTimestamp is a timestamp of the moment at which the server created the object.',
    deletionTimestamp: 'DeletionTimestamp is a timestamp of the moment at which the object is to be gone.',
    name: 'Name is unique among the objects of a kind in a namespace, and never changes.',
    namespace: 'Namespace is the space in which the name is unique.',
    uid: 'UID is unique among all objects that ever were.',
  },
};

function described(name: string, schema: object): object {
  const texts = DESCRIPTIONS[name];
  const { properties } = schema as { readonly properties?: Readonly<Record<string, object>> };
  if (!texts || !properties) return schema;
  const members = Object.entries(properties).map(([key, member]) => [
    key,
    texts[key] === undefined ? member : { description: texts[key], ...member },
  ]);
  return { ...schema, properties: Object.fromEntries(members) };
}

/** A named type becomes a reference; what the place adds to it (defaults, merge keys) stands beside, under allOf. */
function render(schema: Schema, components: Map<string, unknown>): object {
  if (schema.name === undefined) return inline(schema, components);
  const ref = reference(schema.name, schema, components);
  const beside = extensions(schema);
  return Object.keys(beside).length === 0 ? ref : { allOf: [ref], ...beside };
}

function inline(schema: Schema, components: Map<string, unknown>): object {
  const { properties, additional, items, type, format, required, intOrString, quantity } = schema;
  if (intOrString || quantity)
    return { oneOf: [{ type: 'string' }, { type: 'number' }], ...extensions(schema) };
  return {
    ...(type ? { type } : {}),
    ...(format ? { format } : {}),
    ...(required ? { required } : {}),
    ...(properties
      ? {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, member]) => [name, render(member, components)]),
          ),
        }
      : {}),
    ...(additional ? { additionalProperties: render(additional, components) } : {}),
    ...(items ? { items: render(items, components) } : {}),
    ...extensions(schema),
  };
}

function extensions(schema: Schema): object {
  return {
    ...(schema.patchStrategy ? { 'x-kubernetes-patch-strategy': schema.patchStrategy } : {}),
    ...(schema.patchMergeKey ? { 'x-kubernetes-patch-merge-key': schema.patchMergeKey } : {}),
    ...(schema.listType ? { 'x-kubernetes-list-type': schema.listType } : {}),
    ...(schema.listMapKeys ? { 'x-kubernetes-list-map-keys': schema.listMapKeys } : {}),
    ...(schema.mapType ? { 'x-kubernetes-map-type': schema.mapType } : {}),
  };
}
