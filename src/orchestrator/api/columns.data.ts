import type {
  ConfigMap,
  CustomResourceDefinition,
  Deployment,
  EndpointSlice,
  KubeEvent,
  Lease,
  Namespace,
  Node,
  Pod,
  PodTemplateSpec,
  ReplicaSet,
  Secret,
  Service,
  ServiceAccount,
} from '../../kube/kinds/objects.ts';
import { formatLabels, formatSelector, type LabelSelector, selectorOf } from '../../kube/values/selectors.ts';
import type { KubeObject } from '../../kube/values/types.ts';
import { ageOf } from './kinds/humanduration.ts';
import { podReady, podRestarts, podStatus } from './kinds/podstatus.ts';

/** One column of `kubectl get`: what kubernetes `pkg/printers/internalversion/printers.go` prints. */
export interface Column {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  readonly format?: string;
  /** 1: only with -o wide. */
  readonly priority: 0 | 1;
  /** `now` in ms. */
  readonly cell: (object: KubeObject, now: number) => unknown;
}

interface Scale extends KubeObject {
  readonly spec: { readonly replicas: number };
  readonly status: { readonly replicas: number };
}

type Cell<T extends KubeObject> = (object: T, now: number) => unknown;

const column = <T extends KubeObject>(
  name: string,
  cell: Cell<T>,
  more: Partial<Omit<Column, 'name' | 'cell'>> = {},
): Column => ({ name, type: 'string', priority: 0, ...more, cell: cell as Cell<KubeObject> });

const count = <T extends KubeObject>(name: string, cell: Cell<T>): Column =>
  column(name, cell, { type: 'integer' });
const wide = <T extends KubeObject>(name: string, cell: Cell<T>): Column =>
  column(name, cell, { priority: 1 });

export const NAME = column('Name', ({ metadata }) => metadata.name, { format: 'name' });
export const AGE = column('Age', ({ metadata }, now) => ageOf(metadata.creationTimestamp, now));
const CREATED_AT = column('Created At', ({ metadata }) => metadata.creationTimestamp, { type: 'date' });

const none = (text: string | undefined): string => text || '<none>';
const templateContainers = (template: PodTemplateSpec | undefined) => template?.spec.containers ?? [];
const selectorText = (selector: LabelSelector | undefined) => formatSelector(selectorOf(selector) ?? []);

const WORKLOAD_DETAILS = [
  wide<Deployment>('Containers', ({ spec }) =>
    templateContainers(spec.template)
      .map((c) => c.name)
      .join(','),
  ),
  wide<Deployment>('Images', ({ spec }) =>
    templateContainers(spec.template)
      .map((c) => c.image)
      .join(','),
  ),
  wide<Deployment>('Selector', ({ spec }) => selectorText(spec.selector)),
];

/** `group/Kind` → columns; kinds that are not here print Name and Created At. */
export const COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  '/Pod': [
    NAME,
    column<Pod>('Ready', podReady),
    column<Pod>('Status', podStatus),
    column<Pod>('Restarts', podRestarts),
    AGE,
    wide<Pod>('IP', ({ status }) => none(status?.podIPs?.[0]?.ip ?? status?.podIP)),
    wide<Pod>('Node', ({ spec }) => none(spec.nodeName)),
    wide<Pod>('Nominated Node', ({ status }) =>
      none((status as { nominatedNodeName?: string })?.nominatedNodeName),
    ),
    wide<Pod>('Readiness Gates', readinessGates),
  ],
  'apps/Deployment': [
    NAME,
    column<Deployment>('Ready', ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas ?? 0}`),
    count<Deployment>('Up-to-date', ({ status }) => status?.updatedReplicas ?? 0),
    count<Deployment>('Available', ({ status }) => status?.availableReplicas ?? 0),
    AGE,
    ...WORKLOAD_DETAILS,
  ],
  'apps/ReplicaSet': [
    NAME,
    count<ReplicaSet>('Desired', ({ spec }) => spec.replicas ?? 0),
    count<ReplicaSet>('Current', ({ status }) => status?.replicas ?? 0),
    count<ReplicaSet>('Ready', ({ status }) => status?.readyReplicas ?? 0),
    AGE,
    ...WORKLOAD_DETAILS,
  ],
  '/Service': [
    NAME,
    column<Service>('Type', ({ spec }) => spec.type),
    column<Service>('Cluster-IP', ({ spec }) => none(spec.clusterIPs?.[0] ?? spec.clusterIP)),
    column<Service>('External-IP', externalAddress),
    column<Service>('Port(s)', ({ spec }) => none((spec.ports ?? []).map(servicePort).join(','))),
    AGE,
    wide<Service>('Selector', ({ spec }) => none(formatLabels(spec.selector))),
  ],
  'discovery.k8s.io/EndpointSlice': [
    NAME,
    column<EndpointSlice>('AddressType', ({ addressType }) => addressType),
    column<EndpointSlice>('Ports', ({ ports }) =>
      firstFew(
        (ports ?? []).map((p) => String(p.port ?? '*')),
        '<unset>',
      ),
    ),
    column<EndpointSlice>('Endpoints', ({ endpoints }) =>
      firstFew(
        (endpoints ?? []).flatMap((endpoint) => endpoint.addresses),
        '<unset>',
      ),
    ),
    AGE,
  ],
  '/Namespace': [NAME, column<Namespace>('Status', ({ status }) => status?.phase), AGE],
  '/Node': [
    NAME,
    column<Node>('Status', nodeStatus),
    column<Node>('Roles', nodeRoles),
    AGE,
    column<Node>('Version', ({ status }) => status?.nodeInfo?.kubeletVersion),
    wide<Node>('Internal-IP', (node) => nodeAddress(node, 'InternalIP')),
    wide<Node>('External-IP', (node) => nodeAddress(node, 'ExternalIP')),
    wide<Node>('OS-Image', ({ status }) => status?.nodeInfo?.osImage || '<unknown>'),
    wide<Node>('Kernel-Version', ({ status }) => status?.nodeInfo?.kernelVersion || '<unknown>'),
    wide<Node>('Container-Runtime', ({ status }) => status?.nodeInfo?.containerRuntimeVersion || '<unknown>'),
  ],
  '/ConfigMap': [NAME, column<ConfigMap>('Data', (map) => size(map.data) + size(map.binaryData)), AGE],
  '/Secret': [
    NAME,
    column<Secret>('Type', ({ type }) => type),
    column<Secret>('Data', (s) => size(s.data)),
    AGE,
  ],
  '/ServiceAccount': [
    NAME,
    column<ServiceAccount>('Secrets', ({ secrets }) => (Array.isArray(secrets) ? secrets.length : 0)),
    AGE,
  ],
  'coordination.k8s.io/Lease': [NAME, column<Lease>('Holder', ({ spec }) => spec?.holderIdentity ?? ''), AGE],
  '/Event': eventColumns(),
  'events.k8s.io/Event': eventColumns(),
  'apiextensions.k8s.io/CustomResourceDefinition': [
    NAME,
    column<CustomResourceDefinition>('Created At', CREATED_AT.cell, { type: 'date' }),
  ],
};

/** What a write to or a read of a subresource answers when that is a kind of its own. */
export const SUBRESOURCE_COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  Scale: [
    NAME,
    count<Scale>('Desired', ({ spec }) => spec.replicas),
    count<Scale>('Available', ({ status }) => status.replicas),
    AGE,
  ],
};

export const DEFAULT_COLUMNS: readonly Column[] = [NAME, CREATED_AT];

const size = (record: object | undefined): number => Object.keys(record ?? {}).length;

function readinessGates({ spec, status }: Pod): string {
  const gates = spec.readinessGates ?? [];
  const passed = gates.filter(({ conditionType }) =>
    status?.conditions?.some((condition) => condition.type === conditionType && condition.status === 'True'),
  );
  return gates.length === 0 ? '<none>' : `${passed.length}/${gates.length}`;
}

function externalAddress({ spec, status }: Service): string {
  const ips = Array.isArray(spec.externalIPs) ? spec.externalIPs.map(String) : [];
  if (spec.type === 'ExternalName') return none(spec.externalName);
  if (spec.type !== 'LoadBalancer') return none(ips.join(','));
  const balancer = status?.loadBalancer as
    | { ingress?: readonly { ip?: string; hostname?: string }[] }
    | undefined;
  const given = (balancer?.ingress ?? []).map(({ ip, hostname }) => ip ?? hostname ?? '');
  return [...given, ...ips].join(',') || '<pending>';
}

const servicePort = ({
  port,
  nodePort,
  protocol,
}: {
  port: number;
  nodePort?: number;
  protocol?: string;
}): string => `${port}${nodePort ? `:${nodePort}` : ''}/${protocol ?? 'TCP'}`;

/** Three at most: `10.0.0.1,10.0.0.2,10.0.0.3 + 2 more...`. */
function firstFew(items: readonly string[], empty: string): string {
  if (items.length === 0) return empty;
  const more = items.length - 3;
  return items.slice(0, 3).join(',') + (more > 0 ? ` + ${more} more...` : '');
}

function nodeStatus({ spec, status }: Node): string {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const words = [ready ? (ready.status === 'True' ? 'Ready' : 'NotReady') : 'Unknown'];
  if (spec?.unschedulable) words.push('SchedulingDisabled');
  return words.join(',');
}

function nodeRoles({ metadata }: Node): string {
  const roles = Object.entries(metadata.labels ?? {}).flatMap(([key, value]) => {
    if (key.startsWith('node-role.kubernetes.io/')) return [key.slice('node-role.kubernetes.io/'.length)];
    return key === 'kubernetes.io/role' && value ? [value] : [];
  });
  return none([...new Set(roles)].sort().join(','));
}

const nodeAddress = ({ status }: Node, type: string): string =>
  none(status?.addresses?.find((address) => address.type === type)?.address);

function eventColumns(): Column[] {
  const firstSeen = (event: KubeEvent) => event.firstTimestamp || (event.eventTime as string | undefined);
  const lastSeen = (event: KubeEvent) => {
    const series = event.series as { lastObservedTime?: string } | undefined;
    return series?.lastObservedTime || event.lastTimestamp || firstSeen(event);
  };
  const source = ({ source: from, reportingComponent, reportingInstance }: KubeEvent) =>
    [from?.component || reportingComponent, from?.host || reportingInstance].filter(Boolean).join(', ');
  return [
    column<KubeEvent>('Last Seen', (event, now) => ageOf(lastSeen(event), now)),
    column<KubeEvent>('Type', ({ type }) => type),
    column<KubeEvent>('Reason', ({ reason }) => reason),
    column<KubeEvent>('Object', ({ involvedObject, regarding }) => {
      const about = involvedObject ?? (regarding as KubeEvent['involvedObject']) ?? {};
      return [about.kind?.toLowerCase(), about.name].filter(Boolean).join('/');
    }),
    wide<KubeEvent>('Subobject', ({ involvedObject }) => involvedObject?.fieldPath ?? ''),
    wide<KubeEvent>('Source', source),
    column<KubeEvent>('Message', ({ message, note }) => (message ?? String(note ?? '')).trim()),
    wide<KubeEvent>('First Seen', (event, now) => ageOf(firstSeen(event), now)),
    wide<KubeEvent>('Count', (event) => event.count ?? (event.deprecatedCount as number | undefined) ?? 1),
    wide<KubeEvent>('Name', ({ metadata }) => metadata.name),
  ];
}
