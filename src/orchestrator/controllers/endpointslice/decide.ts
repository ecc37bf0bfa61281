import type { Endpoint, EndpointSlice, Pod, Service } from '../../../kube/kinds/objects.data.ts';
import { deepEqual } from '../../../kube/values/equal.ts';
import { type EndpointGroup, type EndpointPorts, endpointGroups, portsKey } from './endpoints.ts';
import { HEADLESS } from './labels.ts';
import { managedLabels, newSlice } from './slices.ts';

export const CONTROLLER_NAME = 'endpointslice-controller.k8s.io';
const MAX_ENDPOINTS = 100;

export type SliceAction =
  | { readonly type: 'create'; readonly slice: EndpointSlice }
  | { readonly type: 'update'; readonly slice: EndpointSlice }
  | { readonly type: 'delete'; readonly slice: EndpointSlice };

interface Filled {
  /** Undefined: a new slice. */
  readonly existing: EndpointSlice | undefined;
  readonly endpoints: readonly Endpoint[];
  readonly ports: EndpointPorts;
}

/**
 * The writes after which the slices hold exactly the Service's pods. An endpoint stays in the slice that it is in, so that a
 * change of one pod is one write (k8s.io/endpointslice `reconciler.go`).
 */
export function decideSlices(
  service: Service,
  pods: readonly Pod[],
  slices: readonly EndpointSlice[],
): readonly SliceAction[] {
  if (service.metadata.deletionTimestamp !== undefined) return [];
  const groups = endpointGroups(service, pods);
  const filled = groups.flatMap((group) => fill(group, slices));
  // One empty slice says "no endpoints", which a missing one would not.
  const wanted = filled.length > 0 ? filled : [{ existing: slices[0], endpoints: [], ports: [] }];
  const kept = new Set(wanted.map(({ existing }) => existing));
  const taken = new Set(slices.map((slice) => slice.metadata.name ?? ''));
  const writes = wanted.flatMap((one): SliceAction[] => {
    const { existing, endpoints, ports } = one;
    if (!existing) {
      const content = { addressType: 'IPv4' as const, endpoints, ports };
      return [{ type: 'create', slice: newSlice(service, { labels: labelsOf(service) }, content, taken) }];
    }
    const slice = renewed(service, existing, one);
    return deepEqual(slice, existing) ? [] : [{ type: 'update', slice }];
  });
  const surplus = slices.filter(
    (slice) => !kept.has(slice) && slice.metadata.deletionTimestamp === undefined,
  );
  return [...writes, ...surplus.map((slice) => ({ type: 'delete' as const, slice }))];
}

/** The group's endpoints in the slices that have its ports: known ones where they are, new ones where there is room. */
function fill({ ports, endpoints }: EndpointGroup, slices: readonly EndpointSlice[]): readonly Filled[] {
  const mine = slices.filter((slice) => portsKey(slice.ports ?? []) === portsKey(ports));
  const left = new Map(endpoints.map((endpoint) => [identity(endpoint), endpoint]));
  const kept = mine.map((existing) => ({ existing, endpoints: takeKnown(existing, left) }));
  const fresh = [...left.values()];
  const filled = kept.map(({ existing, endpoints: known }) => ({
    existing,
    ports,
    endpoints: [...known, ...fresh.splice(0, MAX_ENDPOINTS - known.length)],
  }));
  const more: Filled[] = [];
  while (fresh.length > 0)
    more.push({ existing: undefined, ports, endpoints: fresh.splice(0, MAX_ENDPOINTS) });
  return [...filled.filter((one) => one.endpoints.length > 0), ...more];
}

function takeKnown(slice: EndpointSlice, left: Map<string, Endpoint>): Endpoint[] {
  return (slice.endpoints ?? []).flatMap((endpoint) => {
    const wanted = left.get(identity(endpoint));
    left.delete(identity(endpoint));
    return wanted ? [wanted] : [];
  });
}

const identity = (endpoint: Endpoint): string =>
  `${endpoint.targetRef?.uid ?? ''} ${endpoint.addresses[0] ?? ''}`;

function labelsOf(service: Service): Readonly<Record<string, string>> {
  const { [HEADLESS]: _headless, ...labels } = service.metadata.labels ?? {};
  return {
    ...labels,
    ...(service.spec.clusterIP === 'None' ? { [HEADLESS]: '' } : {}),
    ...managedLabels(CONTROLLER_NAME, service.metadata.name ?? ''),
  };
}

function renewed(service: Service, existing: EndpointSlice, { endpoints, ports }: Filled): EndpointSlice {
  return {
    ...existing,
    metadata: { ...existing.metadata, labels: labelsOf(service) },
    endpoints,
    ports,
  };
}
