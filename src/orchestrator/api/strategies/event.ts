import type { KubeObject } from '../../../kube/values/types.ts';
import type { Strategy } from '../kinds/kind.ts';

/**
 * The hour is `--event-ttl` of kube-apiserver. It has no bound on their number; here each takes memory beside the applications, and a
 * namespace that rolls out every second would make tens of thousands within the hour.
 */
export const EVENT_STRATEGY: Strategy = {
  status: false,
  generation: false,
  createOnUpdate: true,
  expiry: { ttlSeconds: 3_600, perNamespace: 1_000 },
};

/** core/v1 name → events.k8s.io/v1 name; both views share the stored object (Kubernetes `pkg/apis/core/v1/conversion.go`). */
const RENAMED = {
  message: 'note',
  involvedObject: 'regarding',
  reportingComponent: 'reportingController',
  count: 'deprecatedCount',
  firstTimestamp: 'deprecatedFirstTimestamp',
  lastTimestamp: 'deprecatedLastTimestamp',
  source: 'deprecatedSource',
} as const;
const BACK = Object.fromEntries(Object.entries(RENAMED).map(([core, events]) => [events, core]));

export const eventFromCore = (object: KubeObject): KubeObject => ({
  ...rename(object, RENAMED),
  apiVersion: 'events.k8s.io/v1',
});

export const eventToCore = (object: KubeObject): KubeObject => ({
  ...rename(object, BACK),
  apiVersion: 'v1',
});

function rename(object: KubeObject, names: Readonly<Record<string, string>>): KubeObject {
  const renamed = Object.entries(object).map(([field, value]) => [names[field] ?? field, value]);
  return { ...Object.fromEntries(renamed), metadata: object.metadata, kind: object.kind, apiVersion: '' };
}
