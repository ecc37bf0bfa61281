import { duplicate, type FieldError, forbidden, invalid, required } from '../values/fielderrors.ts';
import { dns1035Label, dns1123Label, dns1123Subdomain } from '../values/names.ts';
import type { JsonObject } from '../values/types.ts';
import {
  duplicates,
  labels,
  named,
  none,
  oneOf,
  portNumber,
  portOrName,
  requiredName,
} from './checks/checks.ts';
import { isEmptyList, objectAt, objectsAt, textAt } from './checks/read.ts';
import { SERVICES } from './resources.data.ts';
import type { KindRow } from './row.ts';
import { plainFields } from './selectable.ts';

export const SERVICE: KindRow = {
  resource: SERVICES,
  applyOrder: 180,
  validate: validateService,
  checkName: dns1035Label,
  defaults: {
    'core.v1.ServiceSpec': {
      members: {
        sessionAffinity: 'None',
        sessionAffinityConfig: (self) =>
          self.sessionAffinity === 'ClientIP' ? { clientIP: { timeoutSeconds: 10800 } } : undefined,
        type: 'ClusterIP',
        externalTrafficPolicy: (self) =>
          takesNodePorts(self) || !isEmptyList(self.externalIPs) ? 'Cluster' : undefined,
        internalTrafficPolicy: (self) => (self.type === 'ExternalName' ? undefined : 'Cluster'),
        allocateLoadBalancerNodePorts: (self) => (self.type === 'LoadBalancer' ? true : undefined),
      },
      complete: withoutIdleAffinity,
    },
    'core.v1.ServicePort': {
      members: { protocol: 'TCP', targetPort: (self) => self.port },
      isZeroUnset: true,
    },
  },
  selectable: plainFields('spec.clusterIP', 'spec.type'),
  recreatable: ['spec.clusterIPs'],
};

/** Kubernetes `pkg/apis/core/validation/validation.go` (ValidateService). */

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];

const takesNodePorts = ({ type }: JsonObject): boolean => type === 'NodePort' || type === 'LoadBalancer';

function withoutIdleAffinity(spec: JsonObject): JsonObject {
  if (spec.sessionAffinity !== 'None' || spec.sessionAffinityConfig === undefined) return spec;
  const { sessionAffinityConfig: _, ...rest } = spec;
  return rest;
}

function validateService(service: JsonObject, old?: JsonObject): readonly FieldError[] {
  const spec = objectAt(service, 'spec');
  const ports = objectsAt(spec, 'ports');
  const needsPorts = spec.type !== 'ExternalName' && spec.clusterIP !== 'None';
  return [
    ...oneOf(spec, 'type', 'spec', TYPES),
    ...(needsPorts && ports.length === 0 ? [required('spec.ports')] : []),
    ...ports.flatMap((port, i) => validatePort(port, `spec.ports[${i}]`, spec, ports.length)),
    ...duplicates(ports, 'name', 'spec.ports'),
    ...duplicatePorts(ports),
    ...labels(objectAt(spec, 'selector'), 'spec.selector'),
    ...oneOf(spec, 'sessionAffinity', 'spec', ['ClientIP', 'None']),
    ...oneOf(spec, 'internalTrafficPolicy', 'spec', ['Cluster', 'Local']),
    ...oneOf(spec, 'externalTrafficPolicy', 'spec', ['Cluster', 'Local']),
    ...(spec.type === 'ExternalName'
      ? requiredName('spec.externalName', textAt(spec, 'externalName').replace(/\.$/, ''), dns1123Subdomain)
      : none),
    ...(old ? validateClusterIP(spec, objectAt(old, 'spec')) : none),
  ];
}

function validatePort(
  port: JsonObject,
  path: string,
  spec: JsonObject,
  count: number,
): readonly FieldError[] {
  const name = textAt(port, 'name');
  const takesNodePort = takesNodePorts(spec);
  return [
    ...(name === '' && count > 1 ? [required(`${path}.name`)] : []),
    ...(name === '' ? none : named(`${path}.name`, name, dns1123Label)),
    ...(port.port === undefined ? [required(`${path}.port`)] : portNumber(`${path}.port`, port.port)),
    ...(port.targetPort ? portOrName(`${path}.targetPort`, port.targetPort) : none),
    ...oneOf(port, 'protocol', path, PROTOCOLS),
    ...(port.nodePort && !takesNodePort
      ? [
          forbidden(
            `${path}.nodePort`,
            `may not be used when \`type\` is '${textAt(spec, 'type') || 'ClusterIP'}'`,
          ),
        ]
      : []),
    ...(port.nodePort && takesNodePort ? portNumber(`${path}.nodePort`, port.nodePort) : none),
  ];
}

function duplicatePorts(ports: readonly JsonObject[]): readonly FieldError[] {
  const seen = new Set<string>();
  return ports.flatMap((port, i) => {
    const protocol = textAt(port, 'protocol') || 'TCP';
    const key = `${protocol}/${String(port.port)}`;
    if (seen.has(key)) return [duplicate(`spec.ports[${i}]`, { port: port.port, protocol })];
    seen.add(key);
    return [];
  });
}

function validateClusterIP(spec: JsonObject, old: JsonObject): readonly FieldError[] {
  const before = textAt(old, 'clusterIP');
  const wasExternal = old.type === 'ExternalName' || spec.type === 'ExternalName';
  if (before === '' || wasExternal || textAt(spec, 'clusterIP') === before) return none;
  return [invalid('spec.clusterIPs[0]', [textAt(spec, 'clusterIP')], 'may not change once set')];
}
