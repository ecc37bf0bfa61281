import { rfc3339 } from '../../base/clock.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import {
  DEFAULT_INGRESS_CLASS,
  INGRESS_CLASS_NAME,
  INGRESS_CONTROLLER,
} from '../../kube/kinds/ingresses/words.ts';
import { SYSTEM_PRIORITIES } from '../../kube/kinds/priorityclass.ts';
import {
  FLOW_SCHEMAS,
  INGRESS_CLASSES,
  PRIORITY_CLASSES,
  PRIORITY_LEVEL_CONFIGURATIONS,
  SERVICE_CIDRS,
  STORAGE_CLASSES,
} from '../../kube/kinds/resources.data.ts';
import { LOCAL_PATH_CLASS, LOCAL_PATH_PROVISIONER } from '../../kube/kinds/volumes/localpath.ts';
import { DEFAULT_CLASS } from '../../kube/kinds/volumes/storageclass.ts';
import { deepEqual } from '../../kube/values/equal.ts';
import { apiVersionOf, type JsonObject, type KubeObject, type Resource } from '../../kube/values/types.ts';
import { ensure, KEEP, type Reconciled } from './ensure.ts';
import { FLOW_SCHEMAS_AT_START, PRIORITY_LEVELS } from './flowcontrol.data.ts';

/** An object of these kinds whose annotation says `false` is its editor's (apiserver `flowcontrol/bootstrap`, AutoUpdateAnnotationKey). */
const AUTO_UPDATE = 'apf.kubernetes.io/autoupdate-spec';

export interface SystemObjectsOptions {
  readonly client: KubeClient;
  readonly serviceCidr: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * What every cluster has beside its namespaces: the priority classes of the system, priority levels and flow schemas, the range
 * that cluster IPs are taken from, and the classes of storage and of ingress for who names none. Specifications that nobody has claimed follow those of this release.
 */
export async function ensureSystemObjects({ client, serviceCidr, now }: SystemObjectsOptions): Promise<void> {
  // At once: the store commits them together.
  await Promise.all([
    ...Object.entries(SYSTEM_PRIORITIES).map(([name, value]) =>
      ensureObject(client, PRIORITY_CLASSES, name, { value, description: DESCRIPTIONS[name] ?? '' }),
    ),
    ...Object.entries(PRIORITY_LEVELS).map(([name, spec]) =>
      ensureObject(client, PRIORITY_LEVEL_CONFIGURATIONS, name, { spec }, FOLLOWS),
    ),
    ...Object.entries(FLOW_SCHEMAS_AT_START).map(([name, spec]) =>
      ensureObject(client, FLOW_SCHEMAS, name, { spec }, FOLLOWS),
    ),
    ensureObject(client, STORAGE_CLASSES, LOCAL_PATH_CLASS, LOCAL_PATH, { [DEFAULT_CLASS]: 'true' }),
    ensureObject(
      client,
      INGRESS_CLASSES,
      INGRESS_CLASS_NAME,
      { spec: { controller: INGRESS_CONTROLLER } },
      { [DEFAULT_INGRESS_CLASS]: 'true' },
    ),
    ensureServiceCidr(client, serviceCidr, now()),
  ]);
}

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  'system-cluster-critical': 'For pods without which the cluster does not work, and that any node may run.',
  'system-node-critical': 'For pods without which their node does not work.',
};

/** A directory is as large as its disk has room, so that there is nothing to expand. */
const LOCAL_PATH = {
  provisioner: LOCAL_PATH_PROVISIONER,
  reclaimPolicy: 'Delete',
  volumeBindingMode: 'WaitForFirstConsumer',
  allowVolumeExpansion: false,
};

const FOLLOWS = { [AUTO_UPDATE]: 'true' };

async function ensureObject<T extends KubeObject>(
  client: KubeClient,
  resource: Resource<T>,
  name: string,
  rest: JsonObject,
  annotations?: Readonly<Record<string, string>>,
): Promise<T> {
  const metadata = { name, ...(annotations ? { annotations } : {}) };
  const object = { ...rest, apiVersion: apiVersionOf(resource), kind: resource.kind, metadata };
  return ensure(client, { resource, wanted: object as KubeObject as T, reconcile: followed });
}

/** Only what says so follows this release. */
function followed<T extends KubeObject>(live: T, { spec }: T): Reconciled<T> {
  const isOurs = live.metadata.annotations?.[AUTO_UPDATE] === 'true';
  return isOurs && !deepEqual(live.spec, spec) ? { type: 'update', object: { ...live, spec } } : KEEP;
}

/** Kubernetes `pkg/controlplane/controller/defaultservicecidr`. */
async function ensureServiceCidr(client: KubeClient, cidr: string, now: number): Promise<void> {
  const range = await ensureObject(client, SERVICE_CIDRS, 'kubernetes', { spec: { cidrs: [cidr] } });
  if (range.status?.conditions?.some(({ type }) => type === 'Ready')) return;
  const ready = {
    type: 'Ready',
    status: 'True',
    reason: '',
    message: 'Kubernetes default Service CIDR is ready',
    lastTransitionTime: rfc3339(now),
  } as const;
  const status = { ...range.status, conditions: [...(range.status?.conditions ?? []), ready] };
  await client.update(SERVICE_CIDRS, { ...range, status }, { subresource: 'status' });
}
