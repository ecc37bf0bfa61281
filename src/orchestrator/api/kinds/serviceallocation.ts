import type { Service, ServicePort } from '../../../kube/kinds/objects.data.ts';
import type { FieldError } from '../../../kube/values/fielderrors.ts';
import type { KubeObject } from '../../../kube/values/types.ts';
import { collectionPrefix } from '../../store/keys.ts';
import { addressInRange, freeAddress, freePort } from './addressrange.ts';
import type { Strategy, World } from './kind.ts';

/**
 * Cluster IPs and node ports live in the objects, so what is stored is the allocation: nothing else can disagree.
 * Writes are decided one after another on what is staged, so two services cannot be given the same.
 */
export const SERVICE_STRATEGY: Strategy = {
  status: true,
  generation: false,
  prepareForCreate: (object, world) => ({
    ...allocate(object as Service, undefined, world),
    status: { loadBalancer: {} },
  }),
  prepareForUpdate: (object, live, world) =>
    allocate(keepAllocated(object as Service, live as Service), live as Service, world),
  validate: (object, live, world) => checkAllocations(object as Service, live as Service | undefined, world),
};

const needsClusterIp = ({ spec }: Service): boolean => spec.type !== 'ExternalName';
const needsNodePorts = ({ spec }: Service): boolean =>
  spec.type === 'NodePort' || spec.type === 'LoadBalancer';

function others(world: World, self: KubeObject): Service[] {
  const { name, namespace } = self.metadata;
  return world.store
    .latestIn(collectionPrefix('', 'services'))
    .map((entry) => entry.object as Service)
    .filter(({ metadata }) => metadata.name !== name || metadata.namespace !== namespace);
}

const addressesOf = (services: readonly Service[]) =>
  new Set(services.flatMap(({ spec }) => (spec.clusterIP ? [spec.clusterIP] : [])));
const nodePortsOf = (services: readonly Service[]) =>
  new Set(services.flatMap(({ spec }) => (spec.ports ?? []).flatMap((port) => port.nodePort ?? [])));

function allocate(service: Service, live: Service | undefined, world: World): Service {
  const taken = others(world, service);
  return withNodePorts(withClusterIp(service, taken, world), live, taken, world);
}

function withClusterIp(service: Service, taken: readonly Service[], world: World): Service {
  const { spec } = service;
  if (!needsClusterIp(service)) {
    const { clusterIP: _, clusterIPs: __, ...rest } = spec;
    return { ...service, spec: rest };
  }
  const clusterIP = spec.clusterIP || freeAddress(world.serviceCidr, addressesOf(taken), world.random);
  const families = { ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' } as const;
  return { ...service, spec: { ...families, ...spec, clusterIP, clusterIPs: [clusterIP] } };
}

function withNodePorts(
  service: Service,
  live: Service | undefined,
  taken: readonly Service[],
  world: World,
): Service {
  const { spec } = service;
  if (!spec.ports) return service;
  if (!needsNodePorts(service)) {
    return live && needsNodePorts(live)
      ? { ...service, spec: { ...spec, ports: spec.ports.map(release) } }
      : service;
  }
  const used = nodePortsOf(taken);
  for (const { nodePort } of spec.ports) if (nodePort) used.add(nodePort);
  const ports = spec.ports.map((port) => {
    if (port.nodePort) return port;
    const nodePort = freePort(world.nodePorts, used, world.random);
    used.add(nodePort);
    return { ...port, nodePort };
  });
  return { ...service, spec: { ...spec, ports } };
}

/** A service that stops being a NodePort gives its ports back. */
function release({ nodePort: _, ...port }: ServicePort): ServicePort {
  return port;
}

/** What was allocated stays when the update does not speak of it (`patchAllocatedValues`). */
function keepAllocated(service: Service, live: Service): Service {
  const clusterIP =
    needsClusterIp(service) && needsClusterIp(live)
      ? service.spec.clusterIP || live.spec.clusterIP
      : service.spec.clusterIP;
  const key = ({ port, protocol }: ServicePort) => `${port}/${protocol}`;
  const earlier = new Map(live.spec.ports?.toReversed().map((port) => [key(port), port]));
  const ports = service.spec.ports?.map((port) => {
    const before = earlier.get(key(port));
    return needsNodePorts(service) && !port.nodePort && before?.nodePort
      ? { ...port, nodePort: before.nodePort }
      : port;
  });
  return {
    ...service,
    spec: { ...service.spec, ...(clusterIP ? { clusterIP } : {}), ...(ports ? { ports } : {}) },
  };
}

function checkAllocations(service: Service, live: Service | undefined, world: World): FieldError[] {
  const taken = others(world, service);
  return [
    ...checkClusterIp(service, live, addressesOf(taken), world.serviceCidr),
    ...checkNodePorts(service, nodePortsOf(taken), world.nodePorts),
  ];
}

function checkClusterIp(
  { spec }: Service,
  live: Service | undefined,
  taken: ReadonlySet<string>,
  cidr: string,
): FieldError[] {
  const { clusterIP } = spec;
  if (!clusterIP || clusterIP === 'None' || clusterIP === live?.spec.clusterIP) return [];
  const refuse = (why: string): FieldError[] => [
    { field: 'spec.clusterIPs', reason: 'Invalid', message: `Invalid value: ["${clusterIP}"]: ${why}` },
  ];
  // That it changes at all is refused by the rules of the kind.
  if (live?.spec.clusterIP && live.spec.type !== 'ExternalName') return [];
  if (!addressInRange(cidr, clusterIP)) {
    return refuse(`failed to allocate IP ${clusterIP}: the provided IP is not in the valid range ${cidr}`);
  }
  return taken.has(clusterIP)
    ? refuse(`failed to allocate IP ${clusterIP}: provided IP is already allocated`)
    : [];
}

function checkNodePorts(
  { spec }: Service,
  taken: ReadonlySet<number>,
  { first, last }: World['nodePorts'],
): FieldError[] {
  return (spec.ports ?? []).flatMap(({ nodePort }, i): FieldError[] => {
    if (!nodePort) return [];
    const why =
      nodePort < first || nodePort > last
        ? `provided port is not in the valid range. The range of valid ports is ${first}-${last}`
        : taken.has(nodePort) && 'provided port is already allocated';
    if (!why) return [];
    const field = `spec.ports[${i}].nodePort`;
    return [{ field, reason: 'Invalid', message: `Invalid value: ${nodePort}: ${why}` }];
  });
}
