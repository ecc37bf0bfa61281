import type { User } from '../../../kube/client/client.ts';
import { SCOPE } from '../../../kube/client/scope.ts';
import type { PolicyRule } from '../../../kube/kinds/objects.data.ts';
import type { Attributes } from '../authorization.ts';
import { ALLOW, deny, NO_OPINION, none, type Opinion } from './opinion.ts';
import { isDiscovery } from './paths.ts';
import type { ResourceAttributes } from './rules.ts';

export const isScoped = ({ groups }: User): boolean => groups.includes(SCOPE.group);

const READS: readonly string[] = ['get', 'list', 'watch'];
const SELF_REVIEWS: readonly string[] = [
  'authorization.k8s.io/selfsubjectaccessreviews',
  'authorization.k8s.io/selfsubjectrulesreviews',
  'authentication.k8s.io/selfsubjectreviews',
];

/**
 * A user who is confined: to whole namespaces, to named objects outside of them, and to deleting what carries its mark. No role widens
 * that, except for discovery, questions about itself, and what it may grant to others.
 */
export function scopedOpinion(user: User, attributes: Attributes): Opinion {
  if (!isScoped(user)) return NO_OPINION;
  if ('path' in attributes) {
    return isDiscovery(attributes) ? ALLOW : none('it has no business with other paths than discovery');
  }
  const { group, resource, verb, namespace } = attributes;
  if (namespace === undefined && SELF_REVIEWS.includes(`${group}/${resource}`)) return NO_OPINION;
  if (verb === 'escalate' || verb === 'bind') return none('it grants no more than it has');
  if (verb === 'impersonate') return deny('it acts as nobody but itself');
  if (isClosed(group)) return deny(`${SCOPE.closed} is written by Pilotage and by people`);
  const may =
    namespace === undefined
      ? mayOutside(user, attributes)
      : has(user, SCOPE.namespaces, namespace) || (READS.includes(verb) && has(user, SCOPE.reads, namespace));
  if (may || (verb === 'delete' && isItsOwn(user, attributes))) return ALLOW;
  return deny(
    namespace === undefined
      ? 'it is outside of its namespace'
      : 'an environment writes its own namespace only',
  );
}

/** Whether it holds a rule that it would grant in a namespace: of what it may do there, all but acting as others and closed groups. */
export function scopedHolds(user: User, namespace: string | undefined, part: PolicyRule): boolean {
  const [group, resource = '', verb = ''] = [part.apiGroups?.[0], part.resources?.[0], part.verbs[0]];
  if (!isScoped(user) || namespace === undefined || !has(user, SCOPE.namespaces, namespace)) return false;
  if (group === undefined || group === '*' || isClosed(group)) return false;
  const canActAs = group === '' && (resource === '*' || resource === 'serviceaccounts');
  return !GRANTING.includes(verb) && !(verb === '*' && (canActAs || group === 'rbac.authorization.k8s.io'));
}

/** Verbs that reach beyond what is done to objects themselves. */
const GRANTING: readonly string[] = ['impersonate', 'escalate', 'bind'];

const isClosed = (group: string): boolean => group === SCOPE.closed || group.endsWith(`.${SCOPE.closed}`);

/** Definitions of closed kinds are objects outside of namespaces, which are named one by one. */
function mayOutside(user: User, { group, resource, verb, name, object }: ResourceAttributes): boolean {
  const kind = `${group}/${resource}/`;
  const asked = name ?? object?.metadata.name;
  if (asked !== undefined) return has(user, SCOPE.objects, `${kind}${asked}`);
  return READS.includes(verb) && list(user, SCOPE.objects).some((one) => one.startsWith(kind));
}

function isItsOwn(user: User, { live }: ResourceAttributes): boolean {
  const tracking = live?.metadata.annotations?.[SCOPE.tracking];
  return tracking !== undefined && list(user, SCOPE.owns).some((mark) => tracking.startsWith(mark));
}

const list = ({ extra = {} }: User, key: string): readonly string[] => extra[key] ?? [];
const has = (user: User, key: string, value: string): boolean => list(user, key).includes(value);
