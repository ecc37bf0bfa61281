import { rfc3339 } from '../../base/clock.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { SYSTEM_PRIORITIES } from '../../kube/kinds/priorityclass.ts';
import {
  FLOW_SCHEMAS,
  PRIORITY_CLASSES,
  PRIORITY_LEVEL_CONFIGURATIONS,
  SERVICE_CIDRS,
} from '../../kube/kinds/resources.data.ts';
import { deepEqual } from '../../kube/values/equal.ts';
import { isAlreadyExists } from '../../kube/values/status.ts';
import { apiVersionOf, type JsonObject, type KubeObject, type Resource } from '../../kube/values/types.ts';
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
 * What every cluster has beside its namespaces: the priority classes of the system, priority levels and flow schemas, and the range
 * that cluster IPs are taken from. Specifications that nobody has claimed follow those of this release.
 */
export async function ensureSystemObjects({ client, serviceCidr, now }: SystemObjectsOptions): Promise<void> {
  // At once: the store commits them together.
  await Promise.all([
    ...Object.entries(SYSTEM_PRIORITIES).map(([name, value]) =>
      ensure(client, PRIORITY_CLASSES, name, { value, description: DESCRIPTIONS[name] ?? '' }),
    ),
    ...Object.entries(PRIORITY_LEVELS).map(([name, spec]) =>
      ensureSpec(client, PRIORITY_LEVEL_CONFIGURATIONS, name, spec),
    ),
    ...Object.entries(FLOW_SCHEMAS_AT_START).map(([name, spec]) =>
      ensureSpec(client, FLOW_SCHEMAS, name, spec),
    ),
    ensureServiceCidr(client, serviceCidr, now()),
  ]);
}

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  'system-cluster-critical': 'For pods without which the cluster does not work, and that any node may run.',
  'system-node-critical': 'For pods without which their node does not work.',
};

/** undefined: it was there. */
async function ensure<T extends KubeObject>(
  client: KubeClient,
  resource: Resource<T>,
  name: string,
  rest: JsonObject,
  annotations?: Readonly<Record<string, string>>,
): Promise<T | undefined> {
  const metadata = { name, ...(annotations ? { annotations } : {}) };
  const object = { ...rest, apiVersion: apiVersionOf(resource), kind: resource.kind, metadata };
  try {
    return await client.create(resource, object as KubeObject as T);
  } catch (error) {
    if (isAlreadyExists(error)) return undefined;
    throw error;
  }
}

async function ensureSpec<T extends KubeObject & { readonly spec: object }>(
  client: KubeClient,
  resource: Resource<T>,
  name: string,
  spec: JsonObject,
): Promise<void> {
  if (await ensure(client, resource, name, { spec }, { [AUTO_UPDATE]: 'true' })) return;
  const live = await client.get(resource, { name });
  if (live.metadata.annotations?.[AUTO_UPDATE] !== 'true' || deepEqual(live.spec, spec)) return;
  await client.update(resource, { ...live, spec });
}

/** Kubernetes `pkg/controlplane/controller/defaultservicecidr`. */
async function ensureServiceCidr(client: KubeClient, cidr: string, now: number): Promise<void> {
  const created = await ensure(client, SERVICE_CIDRS, 'kubernetes', { spec: { cidrs: [cidr] } });
  if (!created) return;
  const ready = {
    type: 'Ready',
    status: 'True',
    reason: '',
    message: 'Kubernetes default Service CIDR is ready',
    lastTransitionTime: rfc3339(now),
  } as const;
  await client.update(
    SERVICE_CIDRS,
    { ...created, status: { conditions: [ready] } },
    { subresource: 'status' },
  );
}
