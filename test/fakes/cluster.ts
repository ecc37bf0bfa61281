import type { DiscoveredResource, KubeClient, ObjectKey } from '../../src/kube/client/client.ts';
import type { CustomResourceDefinition } from '../../src/kube/kinds/objects.data.ts';
import * as rows from '../../src/kube/kinds/resources.data.ts';
import { recordApply, recordUpdate } from '../../src/kube/ownership/managedfields.ts';
import { jsonMergePatch } from '../../src/kube/patch/jsonmergepatch.ts';
import { applyDefaults } from '../../src/kube/rules/defaults.ts';
import { fieldMatcher, parseFieldSelector } from '../../src/kube/rules/fieldselectors.ts';
import { crdSchema } from '../../src/kube/schema/crdschema.ts';
import { ANYTHING, builtinSchema, type Schema } from '../../src/kube/schema/schema.ts';
import { deepEqual, deepFreeze } from '../../src/kube/values/equal.ts';
import { matches, parseSelector } from '../../src/kube/values/selectors.ts';
import { statusError } from '../../src/kube/values/status.ts';
import { apiVersionOf, gvkOf, type KubeObject, type Resource } from '../../src/kube/values/types.ts';
import { createBroadcast } from './broadcast.ts';
import { Overtaken, oneStep } from './onestep.ts';
import { discovered } from './served.ts';

export interface FakeCluster {
  readonly client: KubeClient;
  /** Method and object of everything that was really written, in order: `apply Deployment ns/web`. */
  readonly writes: string[];
  /** Refuses writes for which it returns an error. Not asked about dry runs unless `dryRuns`. */
  refuse: (write: string) => Error | undefined;
  /** Called before a real write is carried out. */
  beforeWrite: (write: string) => Promise<void>;
}

/**
 * A KubeClient in memory with the real algorithms of field ownership, for tests of what sync makes of its answers.
 * It has no controllers, no validation and no history of watches: the contract suite is about real servers.
 */
export function createFakeCluster(): FakeCluster {
  const objects = new Map<string, KubeObject>();
  const schemas = new Map<string, Schema>();
  const served: DiscoveredResource[] = Object.values(rows).map(discovered);
  const broadcast = createBroadcast();
  let version = 0;
  let uids = 0;

  const cluster: FakeCluster = {
    client: undefined as unknown as KubeClient,
    writes: [],
    refuse: () => undefined,
    beforeWrite: async () => {},
  };

  const id = (resource: Resource, key: ObjectKey) =>
    `${resource.group}/${resource.plural}/${key.namespace ?? ''}/${key.name}`;
  const schemaOf = (object: KubeObject): Schema =>
    builtinSchema(gvkOf(object)) ?? schemas.get(`${object.apiVersion}/${object.kind}`) ?? ANYTHING;
  const time = () =>
    new Date(Date.parse('2026-01-01T00:00:00Z') + version * 1000).toISOString().replace('.000', '');

  function read(resource: Resource, key: ObjectKey): KubeObject {
    const object = objects.get(id(resource, key));
    if (!object) throw statusError('NotFound', `${resource.plural} "${key.name}" not found`);
    return object;
  }

  async function store(
    verb: string,
    resource: Resource,
    before: KubeObject | undefined,
    after: KubeObject,
    options: { dryRun?: boolean; subresource?: string } = {},
  ): Promise<KubeObject> {
    const { name = '', namespace } = after.metadata;
    const write = `${verb} ${after.kind}${options.subresource ? `/${options.subresource}` : ''} ${namespace ? `${namespace}/` : ''}${name}`;
    if (namespace && !objects.has(`/namespaces//${namespace}`)) {
      throw statusError('NotFound', `namespaces "${namespace}" not found`);
    }
    if (before && deepEqual(before, after)) return before;
    if (!options.dryRun) {
      await cluster.beforeWrite(write);
      const error = cluster.refuse(write);
      if (error) throw error;
    }
    const key = id(resource, { name, ...(namespace ? { namespace } : {}) });
    if (!options.dryRun && objects.get(key) !== before) throw new Overtaken();
    const moved = before !== undefined && deepEqual(before.spec, after.spec);
    const stored = deepFreeze({
      ...after,
      metadata: {
        ...after.metadata,
        uid: before?.metadata.uid ?? `uid-${++uids}`,
        generation: (before?.metadata.generation ?? 0) + (moved ? 0 : 1),
        creationTimestamp: before?.metadata.creationTimestamp ?? time(),
        resourceVersion: String(++version),
      },
    }) as KubeObject;
    if (options.dryRun) return stored;
    cluster.writes.push(write);
    if (stored.metadata.deletionTimestamp && !stored.metadata.finalizers?.length)
      return remove(resource, stored);
    objects.set(key, stored);
    if (stored.kind === 'CustomResourceDefinition') define(stored as CustomResourceDefinition);
    broadcast.tell(before ? 'MODIFIED' : 'ADDED', stored, resource);
    return stored;
  }

  /** For good: nothing holds it, or no finalizer does any more. */
  function remove(resource: Resource, object: KubeObject): KubeObject {
    const { name = '', namespace } = object.metadata;
    objects.delete(id(resource, { name, ...(namespace ? { namespace } : {}) }));
    version++;
    broadcast.tell('DELETED', object, resource);
    return object;
  }

  function define(definition: CustomResourceDefinition): void {
    const { group, scope, names, versions } = definition.spec;
    for (const one of versions) {
      const schema = crdSchema(one.schema?.openAPIV3Schema);
      if (schema.ok) schemas.set(`${group}/${one.name}/${names.kind}`, schema.value);
      served.push(
        discovered({
          group,
          version: one.name,
          plural: names.plural,
          kind: names.kind,
          namespaced: scope === 'Namespaced',
        }),
      );
    }
  }

  /** The status subresource keeps all but the status; the object itself keeps the status. */
  const separate = (before: KubeObject, sent: KubeObject, subresource?: string): KubeObject =>
    subresource === 'status'
      ? { ...before, status: sent.status }
      : { ...sent, ...(before.status === undefined ? {} : { status: before.status }) };

  const client = {
    version: async () => 'v1.35.0',
    resources: async () => served,
    resourceFor: async (gvk: { apiVersion: string; kind: string }) =>
      served.find((row) => row.kind === gvk.kind && apiVersionOf(row) === gvk.apiVersion),
    get: async (resource: Resource, key: ObjectKey) => read(resource, key),
    list: async (
      resource: Resource,
      options: { namespace?: string; labelSelector?: string; fieldSelector?: string } = {},
    ) => {
      const labels = parseSelector(options.labelSelector ?? '');
      const fields = parseFieldSelector(options.fieldSelector ?? '');
      if (!labels.ok || !fields.ok) throw statusError('BadRequest', 'bad selector');
      const prefix = `${resource.group}/${resource.plural}/`;
      const items = [...objects]
        .filter(([key]) => key.startsWith(prefix))
        .map(([, object]) => object)
        .filter(
          (object) => options.namespace === undefined || object.metadata.namespace === options.namespace,
        )
        .filter((object) => matches(labels.value, object.metadata.labels))
        .filter(fieldMatcher(resource, fields.value));
      return { apiVersion: 'v1', kind: 'List', metadata: { resourceVersion: String(version) }, items };
    },
    watch: broadcast.watch,
    create: oneStep(
      async (
        resource: Resource,
        object: KubeObject,
        options: { dryRun?: boolean; fieldManager?: string } = {},
      ) => {
        if (objects.has(id(resource, keyIn(object))))
          throw statusError('AlreadyExists', `${object.metadata.name} exists`);
        const { status: _status, ...rest } = object;
        const updated = applyDefaults(schemaOf(object), rest as KubeObject);
        const managed = recordUpdate({
          live: undefined,
          updated,
          manager: options.fieldManager ?? 'test',
          time: time(),
          schema: schemaOf(object),
        });
        return store('create', resource, undefined, managed, options);
      },
    ),
    update: oneStep(
      async (
        resource: Resource,
        object: KubeObject,
        options: { subresource?: string; fieldManager?: string } = {},
      ) => {
        const live = read(resource, keyIn(object));
        const sent = object.metadata.resourceVersion;
        if (sent !== undefined && sent !== live.metadata.resourceVersion) {
          throw statusError('Conflict', 'the object has been modified');
        }
        return change('update', resource, live, separate(live, object, options.subresource), options);
      },
    ),
    patch: oneStep(
      async (
        resource: Resource,
        key: ObjectKey,
        patch: { type: string; body: never },
        options: { subresource?: string; fieldManager?: string } = {},
      ) => {
        const live = read(resource, key);
        return change(
          'patch',
          resource,
          live,
          separate(live, jsonMergePatch(live, patch.body), options.subresource),
          options,
        );
      },
    ),
    apply: oneStep(
      async (
        resource: Resource,
        object: KubeObject,
        options: { fieldManager: string; force?: boolean; dryRun?: boolean },
      ) => {
        const live = objects.get(id(resource, keyIn(object)));
        const schema = schemaOf(object);
        const outcome = recordApply({
          live,
          applied: object,
          manager: options.fieldManager,
          force: options.force ?? false,
          time: time(),
          schema,
          defaults: (one) => applyDefaults(schema, one),
        });
        if (!outcome.ok) {
          throw statusError('Conflict', 'Apply failed with conflicts', {
            causes: outcome.conflicts.map(({ manager, field, apiVersion }) => ({
              reason: 'FieldManagerConflict',
              message: `conflict with "${manager}" using ${apiVersion}`,
              field,
            })),
          });
        }
        if (live && outcome.object === live) return live;
        return store('apply', resource, live, outcome.object, options);
      },
    ),
    delete: async (
      resource: Resource,
      key: ObjectKey,
      options: { preconditions?: { uid?: string }; dryRun?: boolean } = {},
    ) => {
      const live = read(resource, key);
      const uid = options.preconditions?.uid;
      if (uid !== undefined && uid !== live.metadata.uid) throw statusError('Conflict', 'another object');
      if (options.dryRun) return live;
      const write = `delete ${live.kind} ${key.namespace ? `${key.namespace}/` : ''}${key.name}`;
      await cluster.beforeWrite(write);
      const error = cluster.refuse(write);
      if (error) throw error;
      if (live.metadata.finalizers?.length && !live.metadata.deletionTimestamp) {
        return store('mark', resource, live, {
          ...live,
          metadata: { ...live.metadata, deletionTimestamp: time() },
        });
      }
      cluster.writes.push(write);
      return remove(resource, live);
    },
    as: () => cluster.client,
  };

  function change(
    verb: string,
    resource: Resource,
    live: KubeObject,
    updated: KubeObject,
    options: { subresource?: string; fieldManager?: string },
  ): Promise<KubeObject> {
    const managed = recordUpdate({
      live,
      updated,
      manager: options.fieldManager ?? 'test',
      time: time(),
      schema: schemaOf(live),
      ...(options.subresource ? { subresource: options.subresource } : {}),
    });
    return store(verb, resource, live, managed, options);
  }

  return Object.assign(cluster, { client: client as unknown as KubeClient });
}

const keyIn = ({ metadata }: KubeObject): ObjectKey => ({
  name: metadata.name ?? '',
  ...(metadata.namespace ? { namespace: metadata.namespace } : {}),
});
