import type { User } from '../../../../kube/client/client.ts';
import type {
  ClusterRole,
  ClusterRoleBinding,
  PolicyRule,
  Role,
  RoleBinding,
  RoleRef,
  Subject,
} from '../../../../kube/kinds/objects.data.ts';
import type { KubeObject } from '../../../../kube/values/types.ts';

/** The four plurals of rbac.authorization.k8s.io. */
export const RBAC_PLURALS = ['clusterroles', 'clusterrolebindings', 'roles', 'rolebindings'] as const;
export type RbacPlural = (typeof RBAC_PLURALS)[number];

type Binding = RoleBinding | ClusterRoleBinding;

/** A rule that holds for a user, and the words for where it comes from; or a binding whose role is missing. */
export type Grant =
  | { readonly rule: PolicyRule; readonly source: () => string }
  | { readonly missing: string };

/**
 * Roles and bindings as they are now, found by whom they bind: what a request costs depends on the bindings of its user, never on how
 * many there are.
 */
export interface RbacIndex {
  /** The object as it is now; undefined: gone. */
  set(plural: RbacPlural, key: Key, object: KubeObject | undefined): void;
  /** What cluster role bindings, then role bindings of the namespace give a user. Remembered until something changes. */
  grants(user: User, namespace: string | undefined): readonly Grant[];
  /** The rules of a role; undefined where there is no such role. */
  rulesOf(
    roleRef: Pick<RoleRef, 'kind' | 'name'>,
    namespace: string | undefined,
  ): readonly PolicyRule[] | undefined;
}

export interface Key {
  /** Absent: at the cluster scope. */
  readonly namespace?: string;
  readonly name: string;
}

const NO_RULES: readonly PolicyRule[] = [];
/** Of users and namespaces: each costs a list of references, and whoever may act as others can make up many. */
const MOST_REMEMBERED = 1_000;

export function createRbacIndex(): RbacIndex {
  const roles = new Map<string, readonly PolicyRule[]>();
  const bindings = new Map<string, Binding>();
  /** subject → namespace of the bindings, '' for those of the cluster → their keys. */
  const bySubject = new Map<string, Map<string, Set<string>>>();
  const remembered = new Map<string, readonly Grant[]>();

  function setBinding(key: string, namespace: string, binding: Binding | undefined): void {
    const before = bindings.get(key);
    for (const subject of keysOf(before, namespace)) release(subject, namespace, key);
    if (!binding) bindings.delete(key);
    else bindings.set(key, binding);
    for (const subject of keysOf(binding, namespace)) {
      const places = bySubject.get(subject) ?? new Map<string, Set<string>>();
      bySubject.set(subject, places);
      places.set(namespace, (places.get(namespace) ?? new Set()).add(key));
    }
  }

  /** Nothing is kept of a subject that is bound no more. */
  function release(subject: string, namespace: string, key: string): void {
    const places = bySubject.get(subject);
    const keys = places?.get(namespace);
    keys?.delete(key);
    if (keys?.size === 0) places?.delete(namespace);
    if (places?.size === 0) bySubject.delete(subject);
  }

  const rulesOf: RbacIndex['rulesOf'] = ({ kind, name }, namespace = '') =>
    roles.get(kind === 'Role' ? `${namespace}/${name}` : `/${name}`);

  function grantsIn(user: User, namespace: string): readonly Grant[] {
    return [...boundIn(user, namespace)].flatMap((key): readonly Grant[] => {
      const binding = bindings.get(key);
      if (!binding) return [];
      const { roleRef } = binding;
      const rules = rulesOf(roleRef, namespace);
      if (!rules) {
        const missing = `${roleRef.kind.toLowerCase()}.rbac.authorization.k8s.io "${roleRef.name}" not found`;
        return [{ missing }];
      }
      const source = () => describe(binding, user, namespace);
      return rules.map((rule) => ({ rule, source }));
    });
  }

  /** In the order of the user's name and groups; a binding that names several of them counts once. */
  function boundIn(user: User, namespace: string): ReadonlySet<string> {
    const found = new Set<string>();
    for (const subject of [`User ${user.name}`, ...user.groups.map((group) => `Group ${group}`)]) {
      for (const key of bySubject.get(subject)?.get(namespace) ?? []) found.add(key);
    }
    return found;
  }

  return {
    set(plural, { namespace = '', name }, object) {
      const key = `${namespace}/${name}`;
      remembered.clear();
      if (plural === 'clusterroles' || plural === 'roles') {
        if (!object) roles.delete(key);
        else roles.set(key, (object as Role | ClusterRole).rules ?? NO_RULES);
      } else setBinding(key, namespace, object as Binding | undefined);
    },
    grants(user, namespace = '') {
      // Unambiguous, whatever characters a name has.
      const who = JSON.stringify([namespace, user.name, ...user.groups]);
      const known = remembered.get(who);
      if (known) return known;
      const found =
        namespace === '' ? grantsIn(user, '') : [...grantsIn(user, ''), ...grantsIn(user, namespace)];
      if (remembered.size >= MOST_REMEMBERED) remembered.clear();
      remembered.set(who, found);
      return found;
    },
    rulesOf,
  };
}

const keysOf = (binding: Binding | undefined, namespace: string): readonly string[] =>
  (binding?.subjects ?? [])
    .map((subject) => subjectKey(subject, namespace))
    .filter((key) => key !== undefined);

/** A service account is a user by its name; one without a namespace is one of the binding's (`validation/rule.go` appliesToUser). */
function subjectKey({ kind, name, namespace }: Subject, ofBinding: string): string | undefined {
  if (kind === 'User' || kind === 'Group') return `${kind} ${name}`;
  const home = namespace || ofBinding;
  return kind === 'ServiceAccount' && home ? `User system:serviceaccount:${home}:${name}` : undefined;
}

/** `RoleBinding "viewers/shop" of Role "viewer" to User "ann"`, name before namespace, as Kubernetes words it. */
function describe({ metadata, roleRef, subjects = [] }: Binding, user: User, namespace: string): string {
  const applies = (subject: Subject) => {
    const key = subjectKey(subject, namespace);
    return key === `User ${user.name}` || user.groups.some((group) => key === `Group ${group}`);
  };
  const subject = subjects.find(applies);
  const named =
    subject?.kind === 'ServiceAccount' ? `${subject.name}/${subject.namespace || namespace}` : subject?.name;
  const binding = namespace
    ? `RoleBinding "${metadata.name}/${namespace}"`
    : `ClusterRoleBinding "${metadata.name}"`;
  return `${binding} of ${roleRef.kind} "${roleRef.name}" to ${subject?.kind} "${named}"`;
}
