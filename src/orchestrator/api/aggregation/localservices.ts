import type { Logger } from '../../../base/log.ts';
import type { KubeClient } from '../../../kube/client/client.ts';
import type { APIService } from '../../../kube/kinds/objects.data.ts';
import { API_SERVICES } from '../../../kube/kinds/resources.data.ts';
import { isAlreadyExists, isNotFound } from '../../../kube/values/status.ts';
import { METRICS } from '../kinds/metrics.ts';
import { REVIEWS } from '../kinds/reviews.data.ts';
import type { KindRegistry } from '../types.ts';

/** Says which group-versions the server registers by itself, and when (kube-aggregator `autoregister`). */
const AUTOMANAGED = 'kube-aggregator.kubernetes.io/automanaged';

/** Of groups that this server has: the order in which clients meet them (Kubernetes `pkg/controlplane/apiserver/aggregator.go`). */
const PRIORITIES: Readonly<Record<string, number>> = {
  '': 18_000,
  apps: 17_800,
  'events.k8s.io': 17_750,
  'authentication.k8s.io': 17_700,
  'authorization.k8s.io': 17_600,
  autoscaling: 17_500,
  batch: 17_400,
  'certificates.k8s.io': 17_300,
  'networking.k8s.io': 17_200,
  policy: 17_100,
  'rbac.authorization.k8s.io': 17_000,
  'storage.k8s.io': 16_800,
  'apiextensions.k8s.io': 16_700,
  'admissionregistration.k8s.io': 16_700,
  'scheduling.k8s.io': 16_600,
  'coordination.k8s.io': 16_500,
  'node.k8s.io': 16_300,
  'discovery.k8s.io': 16_200,
  'resource.k8s.io': 16_200,
  'flowcontrol.apiserver.k8s.io': 16_100,
  // As the manifests of metrics-server have it.
  'metrics.k8s.io': 100,
};
/** Of groups of custom resources. */
const CUSTOM_PRIORITY = 1_000;

/** A group-version as the APIService that stands for it. */
export function localApiServices(kinds: KindRegistry): readonly APIService[] {
  const served = new Map<string, APIService>();
  const own = [...kinds.all(), ...REVIEWS, ...METRICS].map((kind) => ({ custom: false, ...kind }));
  for (const { group, version, custom } of own) {
    // The group of APIServices is the aggregator's own, which does not register itself.
    if (group === API_SERVICES.group) continue;
    const name = `${version}.${group}`;
    if (!served.has(name)) served.set(name, apiService(name, { group, version, custom }));
  }
  return [...served.values()];
}

function apiService(
  name: string,
  { group, version, custom }: { group: string; version: string; custom: boolean },
): APIService {
  return {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name, labels: { [AUTOMANAGED]: custom ? 'true' : 'onstart' } },
    spec: {
      ...(group === '' ? {} : { group }),
      version,
      groupPriorityMinimum: custom ? CUSTOM_PRIORITY : (PRIORITIES[group] ?? CUSTOM_PRIORITY),
      versionPriority: custom ? 100 : versionPriority(group, version),
    },
  };
}

const versionPriority = (group: string, version: string): number =>
  group === '' ? 1 : version === 'v2' ? 30 : 15;

export interface LocalApiServices {
  /** Resolves when those of the kinds of now are there. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Keeps an APIService for each group-version that this server serves itself: definitions come and go. */
export function createLocalApiServices(
  client: KubeClient,
  kinds: KindRegistry,
  logger: Logger,
): LocalApiServices {
  let work: Promise<void> = Promise.resolve();
  let stopped = false;
  const enqueue = () => {
    work = work.then(async () => {
      if (stopped) return;
      await reconcile(client, kinds).catch((error) =>
        logger.warn({ error: String(error) }, 'the APIServices of this server could not be written'),
      );
    });
    return work;
  };
  let unsubscribe = () => {};
  return {
    start() {
      unsubscribe = kinds.onChange(() => void enqueue());
      return enqueue();
    },
    async stop() {
      stopped = true;
      unsubscribe();
      await work;
    },
  };
}

async function reconcile(client: KubeClient, kinds: KindRegistry): Promise<void> {
  const wanted = localApiServices(kinds);
  const { items } = await client.list(API_SERVICES);
  const names = new Set(items.map(({ metadata }) => metadata.name));
  await Promise.all(
    wanted
      .filter(({ metadata }) => !names.has(metadata.name))
      .map((service) => client.create(API_SERVICES, service).catch(ignore(isAlreadyExists))),
  );
  const kept = new Set(wanted.map(({ metadata }) => metadata.name));
  for (const { metadata, spec } of items) {
    const { name = '', labels = {} } = metadata;
    if (kept.has(name) || labels[AUTOMANAGED] === undefined || spec?.service) continue;
    await client.delete(API_SERVICES, { name }).catch(ignore(isNotFound));
  }
}

const ignore = (isExpected: (error: unknown) => boolean) => (error: unknown) => {
  if (!isExpected(error)) throw error;
};
