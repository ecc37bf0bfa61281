/** The built-in kinds: adding one is adding a row (schemas, defaults, validation and columns are tables of their own). */
import { builtinSchema } from '../../kube/schema/schema.ts';
import type { GroupVersionKind } from '../../kube/values/types.ts';
import { apiVersionOf } from '../../kube/values/types.ts';
import { collectionPrefix } from '../store/keys.ts';
import type { Kind, Storage, Strategy } from './kinds/kind.ts';
import { CRD_STRATEGY } from './strategies/crd.ts';
import { EVENT_STRATEGY, eventFromCore, eventToCore } from './strategies/event.ts';
import { NAMESPACE_STRATEGY } from './strategies/namespace.ts';
import { POD_STRATEGY } from './strategies/pod.ts';
import { SECRET_STRATEGY } from './strategies/secret.ts';
import { SERVICE_STRATEGY } from './strategies/service.ts';
import type { RequestVerb, SubresourceRow } from './types.ts';

const ALL_VERBS: readonly RequestVerb[] = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
];
const READ_WRITE: readonly RequestVerb[] = ['get', 'patch', 'update'];

const STATUS: SubresourceRow = { name: 'status', verbs: READ_WRITE };
export const SCALE: SubresourceRow = {
  name: 'scale',
  verbs: READ_WRITE,
  kind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
};
const creates = (name: string, kind: GroupVersionKind): SubresourceRow => ({ name, verbs: ['create'], kind });

const PLAIN: Strategy = { status: false, generation: false };
const WITH_STATUS: Strategy = { status: true, generation: false };
const WORKLOAD: Strategy = {
  status: true,
  generation: true,
  scale: {
    specReplicas: '.spec.replicas',
    statusReplicas: '.status.replicas',
    selector: '.spec.selector',
  },
};

interface Row {
  readonly group?: string;
  readonly version?: string;
  readonly plural: string;
  readonly kind: string;
  readonly cluster?: true;
  readonly short?: readonly string[];
  readonly categories?: readonly string[];
  readonly subresources?: readonly SubresourceRow[];
  readonly strategy: Strategy;
  readonly storage?: Storage;
  /** Verbs that the kind does without. */
  readonly without?: readonly RequestVerb[];
}

const ROWS: readonly Row[] = [
  { plural: 'configmaps', kind: 'ConfigMap', short: ['cm'], strategy: PLAIN },
  {
    plural: 'events',
    kind: 'Event',
    short: ['ev'],
    strategy: EVENT_STRATEGY,
  },
  {
    plural: 'namespaces',
    kind: 'Namespace',
    cluster: true,
    short: ['ns'],
    subresources: [{ name: 'finalize', verbs: ['update'] }, STATUS],
    strategy: NAMESPACE_STRATEGY,
    without: ['deletecollection'],
  },
  {
    plural: 'nodes',
    kind: 'Node',
    cluster: true,
    short: ['no'],
    subresources: [STATUS],
    strategy: WITH_STATUS,
  },
  {
    plural: 'pods',
    kind: 'Pod',
    short: ['po'],
    categories: ['all'],
    subresources: [
      creates('binding', { group: '', version: 'v1', kind: 'Binding' }),
      creates('eviction', { group: 'policy', version: 'v1', kind: 'Eviction' }),
      { name: 'log', verbs: ['get'] },
      STATUS,
    ],
    strategy: POD_STRATEGY,
  },
  { plural: 'secrets', kind: 'Secret', strategy: SECRET_STRATEGY },
  { plural: 'serviceaccounts', kind: 'ServiceAccount', short: ['sa'], strategy: PLAIN },
  {
    plural: 'services',
    kind: 'Service',
    short: ['svc'],
    categories: ['all'],
    subresources: [STATUS],
    strategy: SERVICE_STRATEGY,
  },
  {
    group: 'apiextensions.k8s.io',
    plural: 'customresourcedefinitions',
    kind: 'CustomResourceDefinition',
    cluster: true,
    short: ['crd', 'crds'],
    categories: ['api-extensions'],
    subresources: [STATUS],
    strategy: CRD_STRATEGY,
  },
  {
    group: 'apps',
    plural: 'deployments',
    kind: 'Deployment',
    short: ['deploy'],
    categories: ['all'],
    subresources: [SCALE, STATUS],
    strategy: WORKLOAD,
  },
  {
    group: 'apps',
    plural: 'replicasets',
    kind: 'ReplicaSet',
    short: ['rs'],
    categories: ['all'],
    subresources: [SCALE, STATUS],
    strategy: WORKLOAD,
  },
  {
    group: 'coordination.k8s.io',
    plural: 'leases',
    kind: 'Lease',
    strategy: { ...PLAIN, createOnUpdate: true },
  },
  {
    group: 'discovery.k8s.io',
    plural: 'endpointslices',
    kind: 'EndpointSlice',
    strategy: { status: false, generation: true },
  },
  {
    group: 'events.k8s.io',
    plural: 'events',
    kind: 'Event',
    short: ['ev'],
    strategy: EVENT_STRATEGY,
    storage: {
      group: '',
      plural: 'events',
      apiVersion: 'v1',
      toServed: eventFromCore,
      toStored: eventToCore,
    },
  },
];

export const BUILTIN_KINDS: readonly Kind[] = ROWS.map(kindOf);

function kindOf(row: Row): Kind {
  const { group = '', version = 'v1', plural, kind, without = [], subresources = [] } = row;
  return {
    group,
    version,
    plural,
    kind,
    listKind: `${kind}List`,
    singular: kind.toLowerCase(),
    namespaced: row.cluster !== true,
    shortNames: row.short ?? [],
    categories: row.categories ?? [],
    verbs: ALL_VERBS.filter((verb) => !without.includes(verb)),
    subresources: subresources.map((subresource) => subresource.name),
    subresourceRows: subresources,
    schema: () => builtinSchema({ group, version, kind }),
    custom: false,
    hash: 'builtin',
    strategy: row.strategy,
    storage: row.storage ?? { group, plural, apiVersion: apiVersionOf({ group, version }) },
  };
}

export { ALL_VERBS, READ_WRITE };

export const namespaceKey = (name: string): string => `${collectionPrefix('', 'namespaces')}${name}`;
