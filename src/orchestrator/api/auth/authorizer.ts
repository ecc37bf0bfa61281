import type { User } from '../../../kube/client/client.ts';
import type { Pod } from '../../../kube/kinds/objects.data.ts';
import type { KubeObject } from '../../../kube/values/types.ts';
import type { Attributes, Decision, RequestVerb } from '../types.ts';
import { isTokenRequest, nodeMayRequestToken } from './nodetokens.ts';
import { isDiscovery, isPublic } from './paths.ts';
import { type ReferencedResource, refersTo } from './podreferences.ts';
import { type ResourceAttributes, resourceOf } from './rules.ts';
import { isScoped, scopedMay } from './scoped.ts';
import { isWorker, workerMay } from './workers.ts';

export const ADMINS = 'system:masters';
const NODES_GROUP = 'system:nodes';
const NODE_PREFIX = 'system:node:';

const ALLOWED: Decision = { allowed: true };
const denied = (reason = ''): Decision => ({ allowed: false, reason });

/** Pods of a namespace, as they are now. */
type PodsIn = (namespace: string) => readonly Pod[];

/**
 * Administrators may do everything, a worker of this process what its rules say, a node what its agent needs, an environment what is
 * inside its fence; everybody may ask about themselves. Roles come later.
 */
export const createAuthorizer =
  (podsIn: PodsIn): ((user: User, attributes: Attributes) => Decision) =>
  (user, attributes) => {
    if (user.groups.includes(ADMINS)) return ALLOWED;
    if (isOpen(user, attributes)) return ALLOWED;
    if (isScoped(user)) return scopedMay(user, attributes);
    if (isWorker(user)) return workerMay(user, attributes);
    const node = nodeOf(user);
    if (node === undefined) return denied();
    if ('path' in attributes) return allowIf(isLinkOf(node, attributes));
    const { namespace = '', resource, verb, group, name } = attributes;
    if (group === '' && verb === 'get' && isReferenced(resource))
      return allowIf(hasPodWith(podsIn(namespace), node, resource, name), NO_SUCH_POD);
    if (isTokenRequest(attributes)) return nodeMayRequestToken(node, attributes, podsIn(namespace));
    return nodeMay(node, attributes);
  };

const REFERENCED: readonly string[] = [
  'secrets',
  'configmaps',
  'serviceaccounts',
] satisfies ReferencedResource[];
const isReferenced = (resource: string): resource is ReferencedResource => REFERENCED.includes(resource);

/** As Kubernetes words it (`node_authorizer.go`). */
const NO_SUCH_POD =
  'no relationship found between node and this object: no pod that is bound to it refers to it';

const hasPodWith = (
  pods: readonly Pod[],
  node: string,
  resource: ReferencedResource,
  name: string | undefined,
) => name !== undefined && pods.some((pod) => pod.spec.nodeName === node && refersTo(pod, resource, name));

const nodeOf = ({ name, groups }: User): string | undefined =>
  groups.includes(NODES_GROUP) && name.startsWith(NODE_PREFIX) ? name.slice(NODE_PREFIX.length) : undefined;

const allowIf = (condition: boolean, reason?: string): Decision => (condition ? ALLOWED : denied(reason));

const REVIEWS = [
  'authorization.k8s.io/selfsubjectaccessreviews',
  'authorization.k8s.io/selfsubjectrulesreviews',
  'authentication.k8s.io/selfsubjectreviews',
];
/** What needs no rule of one's own: discovery, and questions about oneself. */
function isOpen({ groups }: User, attributes: Attributes): boolean {
  if ('path' in attributes) {
    return (
      attributes.verb === 'get' &&
      (isPublic(attributes.path) || (isKnown(groups) && isDiscovery(attributes.path)))
    );
  }
  return (
    isKnown(groups) &&
    attributes.verb === 'create' &&
    REVIEWS.includes(`${attributes.group}/${attributes.resource}`)
  );
}

const isKnown = (groups: readonly string[]): boolean => !groups.includes('system:unauthenticated');

/** The connection of `orchestrator/link/`. */
const isLinkOf = (node: string, { path }: { path: string }): boolean =>
  path.startsWith(`/pilotage/v1/nodes/${encodeURIComponent(node)}/`);

const READ: readonly RequestVerb[] = ['get', 'list', 'watch'];
const WRITE: readonly RequestVerb[] = ['create', 'update', 'patch'];

interface NodeRule {
  readonly resources: readonly string[];
  readonly verbs: readonly RequestVerb[];
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

/** What a node agent needs, beside what its pods refer to (admission plug-in NodeRestriction, authorizer Node, in spirit). */
const NODE_RULES: readonly NodeRule[] = [
  { resources: ['services', 'discovery.k8s.io/endpointslices', 'namespaces', 'nodes'], verbs: READ },
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

function nodeMay(node: string, attributes: ResourceAttributes): Decision {
  const { verb, isUnread } = attributes;
  const full = resourceOf(attributes);
  const rules = NODE_RULES.filter((rule) => rule.resources.includes(full) && rule.verbs.includes(verb));
  const isUndecided = isUnread && verb === 'create';
  if (rules.some(({ when }) => !when || isUndecided || when(node, attributes))) return ALLOWED;
  return denied(rules.find(({ reason }) => reason)?.reason);
}
