import type { User } from '../../../kube/client/client.ts';
import { nodeOf } from '../../../kube/client/nodeuser.ts';
import { secretsOfGateway } from '../../../kube/kinds/gateways/grants.ts';
import type { Gateway, ReferenceGrant } from '../../../kube/kinds/gateways/objects.ts';
import { INGRESS_PROBLEMS, secretsOf } from '../../../kube/kinds/ingresses/words.ts';
import type { Ingress, PersistentVolume, Pod } from '../../../kube/kinds/objects.data.ts';
import { nodeOfVolume, withoutDirectory } from '../../../kube/kinds/volumes/localpath.ts';
import { selectedName } from '../../../kube/rules/fieldselectors.ts';
import { deepEqual } from '../../../kube/values/equal.ts';
import type { KubeObject } from '../../../kube/values/types.ts';
import type { Attributes } from '../authorization.ts';
import { isTokenRequest, nodeMayRequestToken } from './nodetokens.ts';
import { ALLOW, deny, NO_OPINION, none, type Opinion } from './opinion.ts';
import { isDiscovery } from './paths.ts';
import { type ReferencedResource, refersTo } from './podreferences.ts';
import { type ResourceAttributes, resourceOf } from './rules.ts';

/** What refers to objects that nodes may read then: what there is of a namespace now. */
export interface Referring {
  readonly pods: (namespace: string) => readonly Pod[];
  readonly ingresses: (namespace: string) => readonly Ingress[];
  /** Of all namespaces: a ReferenceGrant of this one may let them use its Secrets. */
  readonly gateways: () => readonly Gateway[];
  readonly grants: (namespace: string) => readonly ReferenceGrant[];
  /** Whether there is a NetworkPolicy anywhere. */
  readonly hasPolicies: () => boolean;
}

/**
 * What a node's agent may (Kubernetes `plugin/pkg/auth/authorizer/node`, with what the admission plug-in NodeRestriction says of other
 * objects than its Node): it reads what its own pods refer to, and Secrets that Ingresses and Gateways name, and writes what is its own. Roles may let
 * nodes read more, but never write pods and nodes of others.
 */
export function nodeOpinion(referring: Referring, user: User, attributes: Attributes): Opinion {
  const node = nodeOf(user);
  if (node === undefined) return NO_OPINION;
  if ('path' in attributes) return isLinkOf(node, attributes) || isDiscovery(attributes) ? ALLOW : NO_OPINION;
  const { namespace = '', resource, verb, group, name } = attributes;
  const pods = () => referring.pods(namespace);
  const isRead = group === '' && verb === 'get' && isReferenced(resource);
  if (isRead && hasPodWith(pods(), node, resource, name)) return ALLOW;
  if (group === '' && resource === 'secrets' && isServedWith(referring, namespace, attributes)) return ALLOW;
  if (isRead) return none(noRelation(node));
  if (isLookAtPods(attributes) && referring.hasPolicies()) return ALLOW;
  if (isTokenRequest(attributes)) {
    const decision = nodeMayRequestToken(node, attributes, pods());
    return decision.allowed ? ALLOW : deny(decision.reason);
  }
  return nodeMay(node, attributes);
}

const REFERENCED: readonly string[] = [
  'secrets',
  'configmaps',
  'serviceaccounts',
  'persistentvolumeclaims',
] satisfies ReferencedResource[];
const isReferenced = (resource: string): resource is ReferencedResource => REFERENCED.includes(resource);

const noRelation = (node: string) => `no relationship found between node '${node}' and this object`;

const hasPodWith = (
  pods: readonly Pod[],
  node: string,
  resource: ReferencedResource,
  name: string | undefined,
) => name !== undefined && pods.some((pod) => pod.spec.nodeName === node && refersTo(pod, resource, name));

/** Every node may serve Ingresses and Gateways: it reads the Secrets that they name one by one, by a list or watch of that name as well. */
function isServedWith(
  referring: Referring,
  namespace: string,
  { verb, name, fieldSelector }: ResourceAttributes,
): boolean {
  const asked = verb === 'get' ? name : selectedName(fieldSelector);
  if (asked === undefined || !READ.includes(verb)) return false;
  if (referring.ingresses(namespace).some((one) => secretsOf(one).includes(asked))) return true;
  const grants = referring.grants(namespace);
  return referring
    .gateways()
    .some((gateway) =>
      secretsOfGateway(gateway, grants).some((one) => one.namespace === namespace && one.name === asked),
    );
}

/** A policy selects pods wherever they run, and a node that holds its own to it has to know their labels and addresses. */
const isLookAtPods = ({ group, resource, subresource, verb }: ResourceAttributes): boolean =>
  group === '' && resource === 'pods' && subresource === undefined && (verb === 'list' || verb === 'watch');

/** The connection of `orchestrator/link/`. */
const isLinkOf = (node: string, { path }: { path: string }): boolean =>
  path.startsWith(`/pilotage/v1/nodes/${encodeURIComponent(node)}/`);

const READ: readonly string[] = ['get', 'list', 'watch'];
const WRITE: readonly string[] = ['create', 'update', 'patch'];

interface NodeRule {
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  /** Further than the names: what the object must be. */
  readonly when?: (node: string, attributes: ResourceAttributes) => boolean;
  readonly reason?: string;
}

const isOwnName = (node: string, { name }: ResourceAttributes) => name === node;
/** A pod that is gone belongs to nobody: its agent gets NotFound, not Forbidden. */
const isOwnPod = (node: string, { live }: ResourceAttributes) =>
  live === undefined || nodeNameOf(live) === node;
const selectsOwnPods = (node: string, { fieldSelector = '' }: ResourceAttributes) =>
  fieldSelector.split(',').some((term) => /^spec\.nodeName==?(.*)$/.exec(term)?.[1] === node);
const nodeNameOf = (object: KubeObject | undefined) => (object as Pod | undefined)?.spec?.nodeName;

/** The directory of a deleted volume is gone, and nothing else changes. */
function letsGo(node: string, { live, object }: ResourceAttributes): boolean {
  if (live === undefined || object === undefined) return true;
  const volume = live as PersistentVolume;
  const { managedFields: _, ...after } = object.metadata;
  const { managedFields: __, ...before } = withoutDirectory(volume).metadata;
  return (
    volume.metadata.deletionTimestamp !== undefined &&
    nodeOfVolume(volume) === node &&
    deepEqual(after, before) &&
    deepEqual(object.spec, live.spec)
  );
}

/** What it says of being served changes, and nothing else. */
function saysOfServing(_node: string, { live, object }: ResourceAttributes): boolean {
  if (live === undefined || object === undefined) return true;
  const rest = ({
    metadata: { managedFields: _, resourceVersion: __, annotations = {}, ...metadata },
  }: KubeObject) => {
    const { [INGRESS_PROBLEMS]: ___, ...others } = annotations;
    return { ...metadata, annotations: others };
  };
  return deepEqual(rest(object), rest(live)) && deepEqual(object.spec, live.spec);
}

/** What a node agent needs, beside what its pods refer to. */
const NODE_RULES: readonly NodeRule[] = [
  { resources: ['services', 'discovery.k8s.io/endpointslices', 'namespaces', 'nodes'], verbs: READ },
  {
    resources: ['ingresses', 'ingressclasses', 'servicecidrs', 'networkpolicies'].map(
      (name) => `networking.k8s.io/${name}`,
    ),
    verbs: READ,
  },
  {
    resources: ['gatewayclasses', 'gateways', 'httproutes', 'referencegrants'].map(
      (plural) => `gateway.networking.k8s.io/${plural}`,
    ),
    verbs: READ,
  },
  // Their status is a subresource: nothing else changes.
  {
    resources: ['gatewayclasses', 'gateways', 'httproutes'].map(
      (plural) => `gateway.networking.k8s.io/${plural}/status`,
    ),
    verbs: ['update', 'patch'],
  },
  {
    resources: ['networking.k8s.io/ingresses/status'],
    verbs: ['update', 'patch'],
    when: saysOfServing,
    reason: 'a node may only say of an Ingress where it is served, and what is in the way',
  },
  {
    resources: ['pods'],
    verbs: READ,
    when: (node, attributes) =>
      attributes.verb === 'get' ? isOwnPod(node, attributes) : selectsOwnPods(node, attributes),
    reason: 'a node reads the pods that are bound to it only: select them by spec.nodeName',
  },
  {
    resources: ['nodes', 'nodes/status'],
    verbs: WRITE,
    when: (node, attributes) =>
      attributes.verb === 'create' ? attributes.object?.metadata.name === node : isOwnName(node, attributes),
    reason: 'a node may only write itself',
  },
  {
    resources: ['pods', 'pods/status'],
    verbs: ['update', 'patch', 'delete'],
    when: (node, attributes) =>
      isOwnPod(node, attributes) && (attributes.subresource === 'status' || attributes.verb === 'delete'),
    reason: 'a node may only write the status of pods that are bound to it, and delete them',
  },
  { resources: ['persistentvolumes'], verbs: READ },
  {
    resources: ['persistentvolumes'],
    verbs: ['update'],
    when: letsGo,
    reason: 'a node may only take its mark off a volume of its own that is deleted',
  },
  // Whose certificates a node may ask for is NodeRestriction's.
  { resources: ['certificates.k8s.io/certificatesigningrequests'], verbs: ['create', ...READ] },
  { resources: ['services/status'], verbs: ['update', 'patch'] },
  { resources: ['events', 'events.k8s.io/events'], verbs: WRITE },
  {
    resources: ['coordination.k8s.io/leases'],
    verbs: [...READ, ...WRITE],
    when: (node, { namespace, name, object }) =>
      namespace === 'kube-node-lease' && (name ?? object?.metadata.name) === node,
    reason: 'a node may only use its own lease',
  },
];

/** What no role gives a node more of: writes of these are its own or nobody's. Streams into pods are no writes. */
const RESTRICTED: readonly string[] = ['nodes', 'pods', 'coordination.k8s.io/leases'];
const STREAMS: readonly string[] = ['attach', 'exec', 'log', 'portforward', 'proxy'];

const isRestricted = ({ verb, subresource, ...resource }: ResourceAttributes): boolean =>
  !READ.includes(verb) &&
  RESTRICTED.includes(resourceOf({ verb, ...resource })) &&
  !STREAMS.includes(subresource ?? '');

function nodeMay(node: string, attributes: ResourceAttributes): Opinion {
  const { verb, isUnread } = attributes;
  const full = resourceOf(attributes);
  const rules = NODE_RULES.filter((rule) => rule.resources.includes(full) && rule.verbs.includes(verb));
  const isUndecided = isUnread && verb === 'create';
  if (rules.some(({ when }) => !when || isUndecided || when(node, attributes))) return ALLOW;
  const reason = rules.find((rule) => rule.reason)?.reason;
  if (isRestricted(attributes)) return deny(reason ?? `a node may not ${verb} ${full}`);
  return reason === undefined ? NO_OPINION : none(reason);
}
