import type { EndpointSlice, Service } from '../../../kube/kinds/objects.data.ts';
import { serviceOf } from '../route.ts';

/** What DNS tells of Services and their pods. Plain JSON: it is kept on disk. */
export interface Zone {
  /** By `<name>.<namespace>`. */
  readonly services: Readonly<Record<string, NamedService>>;
}

export interface NamedService {
  /** Absent: it is headless, or stands for another name. */
  readonly clusterIP?: string;
  /** The name that it stands for. */
  readonly externalName?: string;
  readonly ports: readonly NamedPort[];
  /** Of a headless Service: those that count as ready. */
  readonly endpoints: readonly NamedEndpoint[];
}

export interface NamedPort {
  readonly name: string;
  readonly protocol: string;
  readonly port: number;
}

export interface NamedEndpoint {
  /** The host name of the pod, or its address with dashes (CoreDNS plugin `kubernetes`, endpointHostname). */
  readonly hostname: string;
  readonly address: string;
  readonly ports: readonly NamedPort[];
  /** '' where it is no pod. */
  readonly podUid: string;
}

export const EMPTY_ZONE: Zone = { services: {} };

export function zoneOf(services: readonly Service[], slices: readonly EndpointSlice[]): Zone {
  const endpoints = new Map<string, NamedEndpoint[]>();
  for (const slice of slices) {
    const key = keyOf(serviceOf(slice));
    endpoints.set(key, [...(endpoints.get(key) ?? []), ...endpointsOf(slice)]);
  }
  const named = services.map((service): [string, NamedService] => {
    const { name = '', namespace = '' } = service.metadata;
    const key = keyOf({ name, namespace });
    return [key, namedService(service, endpoints.get(key) ?? [])];
  });
  return { services: Object.fromEntries(named) };
}

const keyOf = ({ name, namespace }: { name: string; namespace: string }): string => `${name}.${namespace}`;

function namedService({ spec }: Service, endpoints: readonly NamedEndpoint[]): NamedService {
  const ports = portsOf(spec.ports ?? []);
  if (spec.type === 'ExternalName')
    return { externalName: spec.externalName ?? '', ports: [], endpoints: [] };
  if (spec.clusterIP && spec.clusterIP !== 'None') return { clusterIP: spec.clusterIP, ports, endpoints: [] };
  return { ports, endpoints };
}

function endpointsOf({ addressType, endpoints, ports }: EndpointSlice): readonly NamedEndpoint[] {
  if (addressType !== 'IPv4') return [];
  return (endpoints ?? []).flatMap(({ addresses, conditions, hostname, targetRef }) => {
    const [address] = addresses;
    // Absent means ready (discovery/v1 types.go).
    if (address === undefined || conditions?.ready === false) return [];
    return [
      {
        hostname: hostname ?? address.replaceAll('.', '-'),
        address,
        ports: portsOf(ports ?? []),
        podUid: targetRef?.uid ?? '',
      },
    ];
  });
}

const portsOf = (
  ports: readonly { readonly name?: string; readonly protocol?: string; readonly port?: number }[],
): readonly NamedPort[] =>
  ports.flatMap(({ name = '', protocol = 'TCP', port }) =>
    port === undefined ? [] : [{ name, protocol: protocol.toLowerCase(), port }],
  );
