import {
  duplicate,
  type FieldError,
  forbidden,
  invalid,
  notSupported,
  required,
} from '../../values/fielderrors.ts';
import { dns1123Label, dns1123Subdomain } from '../../values/names.ts';
import type { JsonObject } from '../../values/types.ts';
import {
  doubled,
  immutable,
  labels,
  named,
  none,
  oneOf,
  portNumber,
  portOrName,
  requiredName,
} from '../checks/checks.ts';
import { listAt, objectAt, objectsAt, textAt } from '../checks/read.ts';

/** Kubernetes `pkg/apis/core/validation/validation.go` (ValidateService) and `pkg/apis/discovery/validation`. */

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];

export function validateService(service: JsonObject, old?: JsonObject): readonly FieldError[] {
  const spec = objectAt(service, 'spec');
  const ports = objectsAt(spec, 'ports');
  const needsPorts = spec.type !== 'ExternalName' && spec.clusterIP !== 'None';
  return [
    ...oneOf(spec, 'type', 'spec', TYPES),
    ...(needsPorts && ports.length === 0 ? [required('spec.ports')] : []),
    ...ports.flatMap((port, i) => validatePort(port, `spec.ports[${i}]`, spec, ports.length)),
    ...doubled(ports, 'name', 'spec.ports'),
    ...doubledPorts(ports),
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
  const takesNodePort = spec.type === 'NodePort' || spec.type === 'LoadBalancer';
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

function doubledPorts(ports: readonly JsonObject[]): readonly FieldError[] {
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

const ADDRESS_TYPES = ['IPv4', 'IPv6', 'FQDN'];

export function validateEndpointSlice(slice: JsonObject, old?: JsonObject): readonly FieldError[] {
  const addressType = textAt(slice, 'addressType');
  return [
    ...(addressType === '' ? [required('addressType')] : []),
    ...(addressType !== '' && !ADDRESS_TYPES.includes(addressType)
      ? [notSupported('addressType', addressType, ADDRESS_TYPES)]
      : []),
    ...objectsAt(slice, 'endpoints').flatMap((endpoint, i) => validateEndpoint(endpoint, `endpoints[${i}]`)),
    ...objectsAt(slice, 'ports').flatMap((port, i) => [
      ...portNumber(`ports[${i}].port`, port.port),
      ...oneOf(port, 'protocol', `ports[${i}]`, PROTOCOLS),
    ]),
    ...doubled(objectsAt(slice, 'ports'), 'name', 'ports'),
    ...(old ? immutable('addressType', slice.addressType, old.addressType) : none),
  ];
}

function validateEndpoint(endpoint: JsonObject, path: string): readonly FieldError[] {
  const addresses = listAt(endpoint, 'addresses');
  if (addresses.length === 0) return [required(`${path}.addresses`, 'must contain at least 1 address')];
  const hostname = textAt(endpoint, 'hostname');
  return hostname === '' ? none : named(`${path}.hostname`, hostname, dns1123Label);
}
