import type { KubeClient } from '../../kube/client/client.ts';
import { DEPLOYMENT_REVISION } from '../../kube/values/annotations.ts';
import { unionAll } from '../../kube/values/fieldset.ts';
import type { KubeObject, ObjectMeta, Resource } from '../../kube/values/types.ts';
import { FIELD_MANAGER } from '../../model/types.ts';
import { type Ignored, setOf } from '../plan/ignored.ts';
import { isReplaced } from '../plan/marks.ts';

export interface WriteOptions {
  /** Of an apply: fields of others become ours. */
  readonly force: boolean;
  /** What of the object is left to others. */
  readonly ignore?: Ignored | undefined;
  readonly dryRun?: boolean;
  readonly onWarning?: (text: string) => void;
  readonly signal: AbortSignal;
}

/** Writes an object over the one that is there: by server-side apply, or as a whole where it asks for that. So it is tried, too. */
export function writeOver(
  client: KubeClient,
  resource: Resource,
  object: KubeObject,
  live: KubeObject,
  { force, ignore, ...options }: WriteOptions,
): Promise<KubeObject> {
  const how = { fieldManager: FIELD_MANAGER, ...options };
  return isReplaced(object, ignore)
    ? client.update(resource, asReplacement(object, live), how)
    : client.apply(resource, object, { ...how, force });
}

/** An object to be written over one that is there, and over no later one, with what others keep in it for their own work. */
function asReplacement(object: KubeObject, live: KubeObject): KubeObject {
  const { resourceVersion, uid, annotations } = live.metadata;
  const revision = annotations?.[DEPLOYMENT_REVISION];
  const metadata: ObjectMeta = {
    ...object.metadata,
    ...keptByOthers(object.metadata, live),
    ...(resourceVersion ? { resourceVersion } : {}),
    ...(uid ? { uid } : {}),
    ...(revision === undefined
      ? {}
      : { annotations: { ...object.metadata.annotations, [DEPLOYMENT_REVISION]: revision } }),
  };
  return { ...object, metadata };
}

/** Who waits for an object to end, and whose it is, also where others have said so. What we wrote goes when git drops it. */
function keptByOthers(own: ObjectMeta, live: KubeObject): Pick<ObjectMeta, 'finalizers' | 'ownerReferences'> {
  const entries = live.metadata.managedFields ?? [];
  const ours = unionAll(
    entries.filter((one) => one.manager === FIELD_MANAGER && !one.subresource).map(setOf),
  ).children.get('f:metadata');
  const isOurs = (list: string, item: string): boolean => {
    const held = ours?.children.get(list);
    return held?.members.has(item) === true || held?.children.has(item) === true;
  };
  const finalizers = (live.metadata.finalizers ?? []).filter(
    (one) => !own.finalizers?.includes(one) && !isOurs('f:finalizers', `v:${JSON.stringify(one)}`),
  );
  const owners = (live.metadata.ownerReferences ?? []).filter(
    ({ uid }) =>
      !own.ownerReferences?.some((one) => one.uid === uid) &&
      !isOurs('f:ownerReferences', `k:${JSON.stringify({ uid })}`),
  );
  return {
    ...(finalizers.length > 0 ? { finalizers: [...(own.finalizers ?? []), ...finalizers] } : {}),
    ...(owners.length > 0 ? { ownerReferences: [...(own.ownerReferences ?? []), ...owners] } : {}),
  };
}
