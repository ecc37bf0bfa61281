import { formatIp, parseIp } from '../../../base/ip.ts';
import type {
  AddressType,
  Endpoint,
  EndpointAddress,
  EndpointSlice,
  EndpointSubset,
  Endpoints,
} from '../../../kube/kinds/objects.data.ts';
import { deepEqual } from '../../../kube/values/equal.ts';
import type { SliceAction } from '../endpointslice/decide.ts';
import { type EndpointPorts, portsKey } from '../endpointslice/endpoints.ts';
import { SKIP_MIRROR } from '../endpointslice/labels.ts';
import { managedLabels, newSlice } from '../endpointslice/slices.ts';

export const CONTROLLER_NAME = 'endpointslicemirroring-controller.k8s.io';
const MOST_ENDPOINTS = 1_000;
/** Not mirrored: a record of leader election, and what speaks of the Endpoints alone. */
const LEADER = 'control-plane.alpha.kubernetes.io/leader';
const NOT_COPIED = [
  'endpoints.kubernetes.io/last-change-trigger-time',
  'kubectl.kubernetes.io/last-applied-configuration',
];

/** Whether its author wants it as EndpointSlices, too (Kubernetes `endpointslicemirroring_controller.go`, shouldMirror). */
export const isMirrored = ({ metadata }: Endpoints): boolean =>
  metadata.labels?.[SKIP_MIRROR] !== 'true' && metadata.annotations?.[LEADER] === undefined;

interface Wanted {
  readonly addressType: AddressType;
  readonly ports: EndpointPorts;
  readonly endpoints: readonly Endpoint[];
}

/** The writes after which `slices`, all of them mirrored earlier, say what Endpoints say. undefined: none may be left. */
export function decideMirror(
  endpoints: Endpoints | undefined,
  slices: readonly EndpointSlice[],
): readonly SliceAction[] {
  const unused = [...slices];
  const taken = new Set(slices.map(({ metadata }) => metadata.name ?? ''));
  const writes = endpoints
    ? wantedOf(endpoints).flatMap((wanted): readonly SliceAction[] => {
        const i = unused.findIndex(
          (slice) =>
            slice.addressType === wanted.addressType &&
            portsKey(slice.ports ?? []) === portsKey(wanted.ports),
        );
        if (i < 0)
          return [
            {
              type: 'create',
              slice: newSlice(
                endpoints,
                { labels: labelsOf(endpoints), ...annotationsOf(endpoints) },
                wanted,
                taken,
              ),
            },
          ];
        const [existing] = unused.splice(i, 1) as [EndpointSlice];
        const slice = renewed(endpoints, wanted, existing);
        return deepEqual(slice, existing) ? [] : [{ type: 'update', slice }];
      })
    : [];
  const surplus = unused.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  return [...writes, ...surplus.map((slice) => ({ type: 'delete' as const, slice }))];
}

const wantedOf = ({ subsets = [] }: Endpoints): readonly Wanted[] =>
  subsets.flatMap((subset) => {
    const all = endpointsOf(subset);
    return (['IPv4', 'IPv6'] as const).flatMap((addressType) => {
      const endpoints = all
        .filter((one) => one.addressType === addressType)
        .slice(0, MOST_ENDPOINTS)
        .map(({ endpoint }) => endpoint);
      return endpoints.length === 0 ? [] : [{ addressType, ports: portsOf(subset), endpoints }];
    });
  });

const portsOf = ({ ports = [] }: EndpointSubset): EndpointPorts =>
  ports.map(({ name = '', port, protocol = 'TCP', appProtocol }) => ({
    name,
    port,
    protocol,
    ...(appProtocol ? { appProtocol } : {}),
  })) as EndpointPorts;

interface Addressed {
  readonly addressType: AddressType;
  readonly endpoint: Endpoint;
}

const endpointsOf = ({ addresses = [], notReadyAddresses = [] }: EndpointSubset): readonly Addressed[] => [
  ...addresses.flatMap((address) => endpointOf(address, true)),
  ...notReadyAddresses.flatMap((address) => endpointOf(address, false)),
];

function endpointOf(address: EndpointAddress, ready: boolean): readonly Addressed[] {
  const bytes = parseIp(address.ip);
  if (!bytes) return [];
  const { hostname, nodeName, targetRef } = address;
  const endpoint: Endpoint = {
    addresses: [formatIp(bytes)],
    conditions: { ready },
    ...(hostname ? { hostname } : {}),
    ...(nodeName ? { nodeName } : {}),
    ...(targetRef ? { targetRef } : {}),
  };
  return [{ addressType: bytes.length === 4 ? 'IPv4' : 'IPv6', endpoint }];
}

const labelsOf = ({ metadata }: Endpoints) => ({
  ...metadata.labels,
  ...managedLabels(CONTROLLER_NAME, metadata.name ?? ''),
});

function annotationsOf({ metadata }: Endpoints): { annotations?: Readonly<Record<string, string>> } {
  const copied = Object.entries(metadata.annotations ?? {}).filter(([key]) => !NOT_COPIED.includes(key));
  return copied.length > 0 ? { annotations: Object.fromEntries(copied) } : {};
}

function renewed(endpoints: Endpoints, wanted: Wanted, existing: EndpointSlice): EndpointSlice {
  const { annotations: _, ...metadata } = existing.metadata;
  return {
    ...existing,
    metadata: { ...metadata, labels: labelsOf(endpoints), ...annotationsOf(endpoints) },
    endpoints: wanted.endpoints,
    ports: wanted.ports,
  };
}
