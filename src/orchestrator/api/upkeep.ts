import type { CustomResourceDefinition } from '../../kube/kinds/objects.data.ts';
import { notFoundAsUndefined } from '../../kube/values/status.ts';
import { apiVersionOf, type KubeObject } from '../../kube/values/types.ts';
import { StaleRevision } from '../store/failures.ts';
import { collectionPrefix } from '../store/keys.ts';
import { worker } from './auth/workers.ts';
import { type ApiContext, authorize } from './context.ts';
import { notFound } from './errors.ts';
import { webhookConversion } from './kinds/conversion.ts';
import { kindsOf } from './kinds/custom.ts';
import { CRD_FINALIZER } from './kinds/customresourcedefinition.ts';
import { type Expiry, type Kind, keyOf, prefixOf } from './kinds/kind.ts';
import { deleteAt } from './verbs/delete.ts';
import { guaranteedUpdate } from './verbs/guaranteedupdate.ts';
import { attributesOf, isReleased } from './verbs/write.ts';

/** The API server itself, as Kubernetes calls it. */
const APISERVER = worker('system:apiserver');
const EXPIRY_INTERVAL_MS = 60_000;

/** What the API server does by itself: definitions become kinds, their instances go with them, events grow old. */
export interface Upkeep {
  /** Reads what is stored. */
  start(): void;
  /** To be called after every write, before it is acknowledged, so that its author finds the consequences in place. */
  onWrite(kind: Kind, object: KubeObject, exists: boolean): void;
  stop(): Promise<void>;
}

export function createUpkeep(contextOf: () => ApiContext): Upkeep {
  let cancelExpiry = () => {};
  let work: Promise<void> = Promise.resolve();
  let stopped = false;

  const enqueue = (job: (context: ApiContext) => Promise<void>) => {
    work = work.then(async () => {
      if (stopped) return;
      const context = contextOf();
      await job(context).catch((error) =>
        context.logger.warn({ error: String(error) }, 'upkeep of the API failed'),
      );
    });
  };
  const scheduleExpiry = () => {
    cancelExpiry = contextOf().clock.after(EXPIRY_INTERVAL_MS, () => {
      enqueue(expire);
      scheduleExpiry();
    });
  };
  const define = (definition: CustomResourceDefinition, exists: boolean) => {
    const name = definition.metadata.name ?? '';
    const { kinds, callWebhook, uuid } = contextOf();
    kinds.setCustom(
      name,
      exists ? kindsOf(definition, webhookConversion(definition, callWebhook, uuid)) : [],
    );
    if (exists && definition.metadata.deletionTimestamp) enqueue((context) => cleanUp(context, name));
  };

  return {
    start() {
      for (const { object } of contextOf().store.list(DEFINITIONS))
        define(object as CustomResourceDefinition, true);
      scheduleExpiry();
    },
    onWrite(kind, object, exists) {
      if (isDefinition(kind)) define(object as CustomResourceDefinition, exists);
      else if (kind.custom && !exists) enqueue((context) => cleanUp(context, `${kind.plural}.${kind.group}`));
    },
    async stop() {
      stopped = true;
      cancelExpiry();
      await work;
    },
  };
}

const DEFINITIONS = collectionPrefix('apiextensions.k8s.io', 'customresourcedefinitions');
const isDefinition = ({ storage }: Kind) => collectionPrefix(storage.group, storage.plural) === DEFINITIONS;

/**
 * The instances of a definition that is being deleted go first; the last one that leaves, perhaps only when its
 * finalizers let it, takes the definition's finalizer along (apiextensions `controller/finalizer/crd_finalizer.go`).
 */
async function cleanUp(context: ApiContext, name: string): Promise<void> {
  const { kinds } = context;
  const crdKind = kinds.find('apiextensions.k8s.io', 'v1', 'customresourcedefinitions');
  const entry = crdKind && context.store.latest(keyOf(crdKind, undefined, name));
  if (!crdKind || !entry) return;
  const { metadata } = entry.object;
  if (!metadata.deletionTimestamp || !metadata.finalizers?.includes(CRD_FINALIZER)) return;
  // As they are stored, no webhook is asked.
  const served = kindsOf(entry.object as CustomResourceDefinition);
  const instanceKind = served.find((kind) => apiVersionOf(kind) === kind.storage.apiVersion) ?? served[0];
  if (instanceKind) {
    for (const { key, object } of context.store.latestIn(prefixOf(instanceKind, undefined))) {
      const { namespace, name = '', deletionTimestamp } = object.metadata;
      if (deletionTimestamp) continue;
      const target = { kind: instanceKind, key, name, user: APISERVER };
      const request = {
        ...asApiserver(instanceKind),
        name,
        ...(namespace === undefined ? {} : { namespace }),
      };
      await deleteAt(context, target, {}, () => authorize(context, request, 'delete')).catch(
        notFoundAsUndefined,
      );
    }
    if (context.store.latestIn(prefixOf(instanceKind, undefined)).length > 0) return;
  }
  await authorize(context, { ...asApiserver(crdKind), name }, 'update');
  await release(context, crdKind, entry.key);
}

const asApiserver = (resource: Kind) => ({ user: APISERVER, resource });

async function release(context: ApiContext, kind: Kind, key: string): Promise<void> {
  await guaranteedUpdate(context, { kind, key }, (entry) => {
    const live = entry?.object;
    if (!live) throw notFound(kind, key);
    const finalizers = (live.metadata.finalizers ?? []).filter((finalizer) => finalizer !== CRD_FINALIZER);
    const object = { ...live, metadata: { ...live.metadata, finalizers } };
    const attributes = attributesOf(kind, { user: APISERVER }, object, live);
    return { type: isReleased(kind, object) ? 'delete' : 'put', object, attributes };
  }).catch(notFoundAsUndefined);
}

/** Deletes what its kind lets grow old; what was written since is not old any more. */
async function expire(context: ApiContext): Promise<void> {
  const { store, clock } = context;
  for (const [prefix, { kind, expired }] of expiries(context)) {
    await authorize(context, asApiserver(kind), 'deletecollection');
    const old = expired(store.list(prefix), clock.now());
    await Promise.all(old.map(({ key, revision }) => store.delete(key, revision).catch(unlessStale)));
  }
}

/** By the place of the objects, which several versions may share. */
function expiries({
  kinds,
}: ApiContext): ReadonlyMap<string, { readonly kind: Kind; readonly expired: Expiry }> {
  return new Map(
    kinds.all().flatMap((kind) => {
      const { expired } = kind.strategy;
      return expired ? [[prefixOf(kind, undefined), { kind, expired }] as const] : [];
    }),
  );
}

function unlessStale(error: unknown): void {
  if (!(error instanceof StaleRevision)) throw error;
}
