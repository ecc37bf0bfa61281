/** The conditional defaults that span several members: pure functions for the table of `defaults.data.ts`. */
import { isObject } from '../values/equal.ts';
import type { Json, JsonObject } from '../values/types.ts';

const objectAt = (self: JsonObject, key: string): JsonObject => {
  const value = self[key];
  return isObject(value) ? value : {};
};
const listAt = (self: JsonObject, key: string): readonly Json[] => {
  const value = self[key];
  return Array.isArray(value) ? value : [];
};

/** Only a Pod, not a template: requests follow limits, and with the host's network every port is a host port. */
export function completePod(pod: JsonObject): JsonObject {
  const spec = pod.spec;
  if (!isObject(spec)) return pod;
  const isOnHost = spec.hostNetwork === true;
  const completeAll = (key: 'containers' | 'initContainers'): JsonObject => {
    if (!Array.isArray(spec[key])) return {};
    const before = listAt(spec, key);
    const after = before.map((item) => (isObject(item) ? completeContainer(item, isOnHost) : item));
    return after.some((item, i) => item !== before[i]) ? { [key]: after } : {};
  };
  const changes: JsonObject = {
    ...completeAll('containers'),
    ...completeAll('initContainers'),
    ...(spec.enableServiceLinks === undefined ? { enableServiceLinks: true } : {}),
  };
  return Object.keys(changes).length === 0 ? pod : { ...pod, spec: { ...spec, ...changes } };
}

function completeContainer(container: JsonObject, isOnHost: boolean): JsonObject {
  const resources = objectAt(container, 'resources');
  const limits = objectAt(resources, 'limits');
  const requests = objectAt(resources, 'requests');
  const lacksRequest = Object.keys(limits).some((name) => requests[name] === undefined);
  const ports = listAt(container, 'ports');
  const lacksHostPort = isOnHost && ports.some((port) => isObject(port) && !port.hostPort);
  if (!lacksRequest && !lacksHostPort) return container;
  return {
    ...container,
    ...(lacksRequest ? { resources: { ...resources, requests: { ...limits, ...requests } } } : {}),
    ...(lacksHostPort ? { ports: ports.map(withHostPort) } : {}),
  };
}

const withHostPort = (port: Json): Json =>
  isObject(port) && !port.hostPort ? { ...port, hostPort: port.containerPort ?? null } : port;

export function completeNamespace(namespace: JsonObject): JsonObject {
  const metadata = objectAt(namespace, 'metadata');
  const labels = objectAt(metadata, 'labels');
  const { name } = metadata;
  if (!name || labels['kubernetes.io/metadata.name'] === name) return namespace;
  return {
    ...namespace,
    metadata: { ...metadata, labels: { ...labels, 'kubernetes.io/metadata.name': name } },
  };
}

/** stringData is only a way to write: it is folded into data and never stored. */
export function completeSecret(secret: JsonObject): JsonObject {
  if (!isObject(secret.stringData)) return secret;
  const { stringData, ...rest } = secret;
  const encoded = Object.entries(objectAt(secret, 'stringData')).map(([key, text]) => [
    key,
    Buffer.from(String(text ?? '')).toString('base64'),
  ]);
  return { ...rest, data: { ...objectAt(secret, 'data'), ...Object.fromEntries(encoded) } };
}

export function completeService(spec: JsonObject): JsonObject {
  if (spec.sessionAffinity !== 'None' || spec.sessionAffinityConfig === undefined) return spec;
  const { sessionAffinityConfig: _, ...rest } = spec;
  return rest;
}

/** A Job or ReplicationController without labels of its own takes those of its template. */
export function labelledAsTemplate(object: JsonObject): JsonObject {
  const metadata = objectAt(object, 'metadata');
  const template = objectAt(objectAt(object, 'spec'), 'template');
  const labels = objectAt(objectAt(template, 'metadata'), 'labels');
  if (Object.keys(labels).length === 0 || Object.keys(objectAt(metadata, 'labels')).length > 0) return object;
  return { ...object, metadata: { ...metadata, labels } };
}

const SCALE_UP: JsonObject = {
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [
    { type: 'Pods', value: 4, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ],
};
const SCALE_DOWN: JsonObject = {
  selectPolicy: 'Max',
  policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
};

export function completeHpa(behavior: JsonObject): JsonObject {
  const up = objectAt(behavior, 'scaleUp');
  const down = objectAt(behavior, 'scaleDown');
  const isComplete = (rules: JsonObject, whole: JsonObject) =>
    Object.keys(whole).every((key) => rules[key] !== undefined);
  if (isComplete(up, SCALE_UP) && isComplete(down, SCALE_DOWN)) return behavior;
  return { ...behavior, scaleUp: { ...SCALE_UP, ...up }, scaleDown: { ...SCALE_DOWN, ...down } };
}

export function completeCrd(crd: JsonObject): JsonObject {
  const status = objectAt(crd, 'status');
  if (listAt(status, 'storedVersions').length > 0) return crd;
  const stored = listAt(objectAt(crd, 'spec'), 'versions').find(
    (version) => isObject(version) && version.storage,
  );
  if (!isObject(stored)) return crd;
  return { ...crd, status: { ...status, storedVersions: [stored.name ?? ''] } };
}
