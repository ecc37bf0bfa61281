import { cidrContains } from '../../base/cidr.ts';
import { type FieldError, forbidden, invalid, notSupported, required } from '../values/fielderrors.ts';
import type { JsonObject } from '../values/types.ts';
import { labelSelector, named, none, oneOf, portNumber, portOrName } from './checks/checks.ts';
import { legacyCidr, parseLegacyCidr } from './checks/networks.ts';
import { isEmptyList, listAt, numberAt, objectAt, objectsAt, textAt } from './checks/read.ts';
import { NETWORK_POLICIES } from './resources.data.ts';
import type { KindRow } from './row.ts';

export const NETWORK_POLICY: KindRow = {
  resource: NETWORK_POLICIES,
  applyOrder: 30,
  validate: validateNetworkPolicy,
  defaults: {
    'networking.v1.NetworkPolicyPort': { members: { protocol: 'TCP' } },
    'networking.v1.NetworkPolicySpec': {
      members: {
        policyTypes: (self) =>
          isEmptyList(self.policyTypes)
            ? isEmptyList(self.egress)
              ? ['Ingress']
              : ['Ingress', 'Egress']
            : undefined,
      },
    },
  },
};

const TYPES = ['Ingress', 'Egress'];

/** Kubernetes `pkg/apis/networking/validation/validation.go` (ValidateNetworkPolicySpec). */
function validateNetworkPolicy(policy: JsonObject): readonly FieldError[] {
  const spec = objectAt(policy, 'spec');
  const types = listAt(spec, 'policyTypes');
  return [
    ...labelSelector(objectAt(spec, 'podSelector'), 'spec.podSelector'),
    ...objectsAt(spec, 'ingress').flatMap((rule, i) => validateRule(rule, 'from', `spec.ingress[${i}]`)),
    ...objectsAt(spec, 'egress').flatMap((rule, i) => validateRule(rule, 'to', `spec.egress[${i}]`)),
    ...(types.length > TYPES.length
      ? [invalid('spec.policyTypes', types, 'may not specify more than two policyTypes')]
      : types.flatMap((type, i) =>
          TYPES.includes(String(type)) ? none : [notSupported(`spec.policyTypes[${i}]`, type, TYPES)],
        )),
  ];
}

const validateRule = (rule: JsonObject, peers: 'from' | 'to', at: string): readonly FieldError[] => [
  ...objectsAt(rule, 'ports').flatMap((port, i) => validatePort(port, `${at}.ports[${i}]`)),
  ...objectsAt(rule, peers).flatMap((peer, i) => validatePeer(peer, `${at}.${peers}[${i}]`)),
];

function validatePort(port: JsonObject, at: string): readonly FieldError[] {
  return [
    ...oneOf(port, 'protocol', at, ['TCP', 'UDP', 'SCTP']),
    ...(port.port === undefined ? none : portOrName(`${at}.port`, port.port)),
    ...validateEndPort(port, `${at}.endPort`),
  ];
}

function validateEndPort(port: JsonObject, at: string): readonly FieldError[] {
  const end = numberAt(port, 'endPort');
  if (end === undefined) return none;
  if (port.port === undefined) return [invalid(at, end, 'may not be specified when `port` is not specified')];
  if (typeof port.port !== 'number')
    return [invalid(at, end, 'may not be specified when `port` is non-numeric')];
  return [
    ...(end < port.port ? [invalid(at, port.port, 'must be greater than or equal to `port`')] : none),
    ...portNumber(at, end),
  ];
}

function validatePeer(peer: JsonObject, at: string): readonly FieldError[] {
  const { podSelector, namespaceSelector, ipBlock } = peer;
  const bySelector = podSelector !== undefined || namespaceSelector !== undefined;
  return [
    ...labelSelector(objectAt(peer, 'podSelector'), `${at}.podSelector`),
    ...labelSelector(objectAt(peer, 'namespaceSelector'), `${at}.namespaceSelector`),
    ...(ipBlock === undefined ? none : validateBlock(objectAt(peer, 'ipBlock'), `${at}.ipBlock`)),
    ...(bySelector || ipBlock !== undefined ? none : [required(at, 'must specify a peer')]),
    ...(bySelector && ipBlock !== undefined
      ? [forbidden(at, 'may not specify both ipBlock and another peer')]
      : none),
  ];
}

function validateBlock(block: JsonObject, at: string): readonly FieldError[] {
  const cidr = textAt(block, 'cidr');
  if (cidr === '') return [required(`${at}.cidr`)];
  const range = parseLegacyCidr(cidr);
  if (!range) return named(`${at}.cidr`, cidr, legacyCidr);
  return listAt(block, 'except').flatMap((item, i) => {
    const except = parseLegacyCidr(String(item));
    if (!except) return named(`${at}.except[${i}]`, String(item), legacyCidr);
    const isStrictSubset = cidrContains(range, except.bytes) && range.length < except.length;
    return isStrictSubset ? none : [invalid(`${at}.except[${i}]`, item, 'must be a strict subset of `cidr`')];
  });
}
