import type { RequestVerb } from '../../authorization.ts';
import type { ServedResource, SubresourceRow } from '../../types.ts';
import { type Components, GVK, gvkOf, type OpenApiVersion, pathOf } from './components.ts';

/** What clients look for in an operation: what it does, to which kind, with what in and out. */
interface Operation {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  readonly action: string;
  readonly id: string;
  readonly gvk: object;
  readonly answer: object;
  readonly body?: object;
  /** Media types of the body. */
  readonly consumes: readonly string[];
  readonly parameters: readonly string[];
}

/** The paths of a resource, its collection over all namespaces and its subresources included. */
export function pathsOf(row: ServedResource, components: Components, version: OpenApiVersion): object {
  const root = `/${pathOf(row)}`;
  const scope = row.namespaced ? '/namespaces/{namespace}' : '';
  const collection = `${root}${scope}/${row.plural}`;
  const item = `${collection}/{name}`;
  const scopes = row.namespaced ? ['namespace'] : [];
  const written: Written = (path, names, operations) => [path, pathItem(operations, names, version)];
  const listing = operationsOf(row, components).filter(({ action }) => COLLECTION.has(action));
  const paths = [
    written(collection, scopes, listing),
    written(
      item,
      [...scopes, 'name'],
      operationsOf(row, components).filter(({ action }) => !COLLECTION.has(action)),
    ),
    ...row.subresourceRows.map((sub) =>
      written(`${item}/${sub.name}`, [...scopes, 'name'], subresourceOperations(row, sub, components)),
    ),
  ];
  if (row.namespaced) {
    const everywhere = listing
      .filter(({ action }) => action === 'list')
      .map((operation) => ({ ...operation, id: `list${idOf(row, false)}ForAllNamespaces` }));
    paths.push(written(`${root}/${row.plural}`, [], everywhere));
  }
  return Object.fromEntries(paths.filter(([, item]) => Object.keys(item).length > 0));
}

type Written = (path: string, names: readonly string[], operations: readonly Operation[]) => [string, object];

const COLLECTION: ReadonlySet<string> = new Set(['list', 'post', 'deletecollection']);
const WRITE = ['dryRun', 'fieldManager', 'fieldValidation'];
const LIST = [
  'continue',
  'fieldSelector',
  'labelSelector',
  'limit',
  'resourceVersion',
  'resourceVersionMatch',
  'watch',
];
const DELETE = ['dryRun', 'gracePeriodSeconds', 'orphanDependents', 'propagationPolicy'];

const METHODS: Partial<
  Record<RequestVerb, Pick<Operation, 'method' | 'action' | 'parameters'> & { readonly id: string }>
> = {
  list: { method: 'get', action: 'list', id: 'list', parameters: LIST },
  create: { method: 'post', action: 'post', id: 'create', parameters: WRITE },
  deletecollection: {
    method: 'delete',
    action: 'deletecollection',
    id: 'deleteCollection',
    parameters: [...LIST, ...DELETE],
  },
  get: { method: 'get', action: 'get', id: 'read', parameters: [] },
  update: { method: 'put', action: 'put', id: 'replace', parameters: WRITE },
  patch: { method: 'patch', action: 'patch', id: 'patch', parameters: [...WRITE, 'force'] },
  delete: { method: 'delete', action: 'delete', id: 'delete', parameters: DELETE },
};

function operationsOf(row: ServedResource, components: Components): Operation[] {
  const gvk = gvkOf(row);
  return (Object.keys(METHODS) as RequestVerb[])
    .filter((verb) => row.verbs.includes(verb))
    .flatMap((verb) => {
      const method = METHODS[verb];
      return method
        ? [
            {
              ...method,
              gvk,
              consumes: consumedBy(row, verb),
              id: method.id + idOf(row, row.namespaced),
              ...bodies(verb, row, components),
            },
          ]
        : [];
    });
}

function bodies(
  verb: RequestVerb,
  row: ServedResource,
  components: Components,
): Pick<Operation, 'answer' | 'body'> {
  const kind = components.kind(row);
  if (verb === 'list') return { answer: components.list(row) };
  if (verb === 'patch') return { answer: kind, body: components.type('meta.v1.Patch') };
  if (verb === 'delete' || verb === 'deletecollection')
    return { answer: components.type('meta.v1.Status'), body: components.type('meta.v1.DeleteOptions') };
  return verb === 'get' ? { answer: kind } : { answer: kind, body: kind };
}

function subresourceOperations(
  row: ServedResource,
  sub: SubresourceRow,
  components: Components,
): Operation[] {
  const gvk = sub.kind ?? gvkOf(row);
  const suffix = sub.name.charAt(0).toUpperCase() + sub.name.slice(1);
  const own = sub.kind ? { type: 'object' } : components.kind(row);
  return sub.verbs.flatMap((verb) => {
    const method = METHODS[verb];
    if (!method) return [];
    const body = verb === 'patch' ? components.type('meta.v1.Patch') : own;
    const id = `${method.id}${idOf(row, row.namespaced)}${suffix}`;
    const consumes = consumedBy(row, verb);
    return [{ ...method, gvk, consumes, id, answer: own, ...(verb === 'get' ? {} : { body }) }];
  });
}

/** `CoreV1NamespacedPod`. */
function idOf({ group, version, kind }: ServedResource, namespaced: boolean): string {
  const words = [...(group || 'core').replace(/\.k8s\.io$/, '').split('.'), version];
  const named = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  return `${named}${namespaced ? 'Namespaced' : ''}${kind}`;
}

function pathItem(
  operations: readonly Operation[],
  names: readonly string[],
  version: OpenApiVersion,
): object {
  return Object.fromEntries(
    operations.map((operation) => [operation.method, (version === 2 ? swagger : openapi)(operation, names)]),
  );
}

const PATCH_TYPES = [
  'application/apply-patch+yaml',
  'application/json-patch+json',
  'application/merge-patch+json',
];
/** kubectl applies by strategic merge patches where they are published: never for a custom resource. */
const STRATEGIC = 'application/strategic-merge-patch+json';
const consumedBy = ({ custom }: ServedResource, verb: RequestVerb): readonly string[] =>
  verb !== 'patch' ? ['*/*'] : custom ? PATCH_TYPES : [...PATCH_TYPES, STRATEGIC];

const JSON_TYPES = ['application/json', 'application/yaml'];

function openapi(
  { action, id, gvk, answer, body, consumes, parameters }: Operation,
  names: readonly string[],
): object {
  const content = (types: readonly string[], schema: object) =>
    Object.fromEntries(types.map((type) => [type, { schema }]));
  return {
    operationId: id,
    'x-kubernetes-action': action,
    [GVK]: gvk,
    parameters: [
      ...names.map((name) => ({
        name,
        in: 'path',
        required: true,
        schema: { type: 'string', uniqueItems: true },
      })),
      ...parameters.map((name) => ({
        name,
        in: 'query',
        schema: { ...parameterType(name), uniqueItems: true },
      })),
    ],
    ...(body ? { requestBody: { content: content(consumes, body) } } : {}),
    responses: { 200: { description: 'OK', content: content(JSON_TYPES, answer) } },
  };
}

function swagger(
  { action, id, gvk, answer, body, consumes, parameters }: Operation,
  names: readonly string[],
): object {
  return {
    operationId: id,
    consumes,
    produces: JSON_TYPES,
    schemes: ['https'],
    'x-kubernetes-action': action,
    [GVK]: gvk,
    parameters: [
      ...(body ? [{ name: 'body', in: 'body', required: true, schema: body }] : []),
      ...names.map((name) => ({ name, in: 'path', required: true, type: 'string', uniqueItems: true })),
      ...parameters.map((name) => ({ name, in: 'query', ...parameterType(name), uniqueItems: true })),
    ],
    responses: { 200: { description: 'OK', schema: answer } },
  };
}

const parameterType = (name: string): { readonly type: string } => {
  if (name === 'limit' || name === 'gracePeriodSeconds') return { type: 'integer' };
  return { type: name === 'watch' || name === 'force' || name === 'orphanDependents' ? 'boolean' : 'string' };
};
