import type { Attributes } from '../authorization.ts';

export type ResourceAttributes = Extract<Attributes, { group: string }>;

/** One thing that a worker may do: a PolicyRule of RBAC that can name namespaces and beginnings of names. */
export interface WorkerRule {
  readonly verbs: readonly string[];
  /**
   * `pods`, `pods/status`, `apps/deployments`. `*` is every resource, subresources included; it may stand for the part before a subresource
   * (`scale` of everything), and for all of a group (`custom.metrics.k8s.io/*`).
   */
  readonly resources: readonly string[];
  /** Absent: in every namespace, and outside of them. */
  readonly namespaces?: readonly string[];
  /** Absent: every object. One that ends with `*` is the beginning of names. */
  readonly names?: readonly string[];
}

/** `apps/deployments/scale` as rules write it. */
export const resourceOf = ({ group, resource, subresource }: ResourceAttributes): string =>
  `${group ? `${group}/` : ''}${resource}${subresource ? `/${subresource}` : ''}`;

export const isAllowedBy = (rules: readonly WorkerRule[], attributes: ResourceAttributes): boolean => {
  const asked = namesOf(attributes);
  return rules.some((rule) => covers(rule, asked, attributes));
};

/** All that a rule may write for it. */
function namesOf(attributes: ResourceAttributes): readonly string[] {
  const { group, subresource } = attributes;
  return [
    resourceOf(attributes),
    '*',
    ...(subresource === undefined ? [] : [`*/${subresource}`]),
    ...(group === '' ? [] : [`${group}/*`]),
  ];
}

function covers(
  { verbs, resources, namespaces, names }: WorkerRule,
  asked: readonly string[],
  attributes: ResourceAttributes,
): boolean {
  const { verb, namespace = '' } = attributes;
  return (
    verbs.includes(verb) &&
    resources.some((one) => asked.includes(one)) &&
    (namespaces?.includes(namespace) ?? true) &&
    (names === undefined || isNamed(names, attributes))
  );
}

/** A create names its object in the body, which may not have been read yet. */
function isNamed(names: readonly string[], { verb, name, object, isUnread }: ResourceAttributes): boolean {
  const asked = name ?? object?.metadata.name;
  if (asked === undefined) return verb === 'create' && isUnread === true;
  return names.some((one) => (one.endsWith('*') ? asked.startsWith(one.slice(0, -1)) : asked === one));
}
