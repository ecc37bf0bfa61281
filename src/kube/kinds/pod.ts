import { isObject } from '../values/equal.ts';
import type { FieldError } from '../values/fielderrors.ts';
import type { Json, JsonObject, KubeObject } from '../values/types.ts';
import { none } from './checks/checks.ts';
import { listAt, objectAt } from './checks/read.ts';
import { POD_SPEC_DEFAULTS } from './podspec/defaults.ts';
import { validatePodSpec } from './podspec/podspec.ts';
import { validatePodUpdate } from './podspec/podupdate.ts';
import { PODS } from './resources.data.ts';
import type { KindRow } from './row.ts';
import { orZero, plainFields, readField } from './selectable.ts';

export const POD: KindRow = {
  resource: PODS,
  applyOrder: 200,
  validate: validatePod,
  defaults: { ...POD_SPEC_DEFAULTS, 'core.v1.Pod': { complete: completePod } },
  selectable: {
    ...plainFields('spec.nodeName', 'spec.restartPolicy', 'spec.schedulerName', 'spec.serviceAccountName'),
    ...plainFields('status.phase', 'status.podIP', 'status.nominatedNodeName'),
    'spec.hostNetwork': orZero('spec.hostNetwork', false),
    'status.podIPs': podAddresses,
  },
  recreatable: ['spec'],
  isServing: true,
};

function podAddresses(pod: KubeObject): string {
  const addresses = readField(pod, 'status.podIPs');
  if (!Array.isArray(addresses)) return '';
  return addresses.map((entry) => (isObject(entry) ? entry.ip : '')).join(',');
}

/** Only a Pod, not a template: requests follow limits, and with the host's network every port is a host port. */
function completePod(pod: JsonObject): JsonObject {
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

function validatePod(pod: JsonObject, old?: JsonObject): readonly FieldError[] {
  return [
    ...validatePodSpec(objectAt(pod, 'spec'), 'spec'),
    ...(old ? validatePodUpdate(objectAt(pod, 'spec'), objectAt(old, 'spec')) : none),
  ];
}
