import type { KubeObject, Resource } from '../values/types.ts';
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
  ReplicaSet,
  Secret,
  Service,
  ServiceAccount,
} from './objects.ts';

const row = <T extends KubeObject>(
  group: string,
  version: string,
  plural: string,
  kind: string,
  namespaced: boolean,
): Resource<T> => ({ group, version, plural, kind, namespaced });

/** The rows that our own code names. Any other kind is found by `client.resourceFor`. */
export const NAMESPACES = row<Namespace>('', 'v1', 'namespaces', 'Namespace', false);
export const NODES = row<Node>('', 'v1', 'nodes', 'Node', false);
export const PODS = row<Pod>('', 'v1', 'pods', 'Pod', true);
export const SERVICES = row<Service>('', 'v1', 'services', 'Service', true);
export const CONFIG_MAPS = row<ConfigMap>('', 'v1', 'configmaps', 'ConfigMap', true);
export const SECRETS = row<Secret>('', 'v1', 'secrets', 'Secret', true);
export const EVENTS = row<KubeEvent>('', 'v1', 'events', 'Event', true);
export const SERVICE_ACCOUNTS = row<ServiceAccount>('', 'v1', 'serviceaccounts', 'ServiceAccount', true);
export const REPLICA_SETS = row<ReplicaSet>('apps', 'v1', 'replicasets', 'ReplicaSet', true);
export const DEPLOYMENTS = row<Deployment>('apps', 'v1', 'deployments', 'Deployment', true);
export const ENDPOINT_SLICES = row<EndpointSlice>(
  'discovery.k8s.io',
  'v1',
  'endpointslices',
  'EndpointSlice',
  true,
);
export const LEASES = row<Lease>('coordination.k8s.io', 'v1', 'leases', 'Lease', true);
export const CUSTOM_RESOURCE_DEFINITIONS = row<CustomResourceDefinition>(
  'apiextensions.k8s.io',
  'v1',
  'customresourcedefinitions',
  'CustomResourceDefinition',
  false,
);
