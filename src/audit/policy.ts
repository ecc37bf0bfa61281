import type { AuditUser, Level, Stage } from './event.ts';

/** audit.k8s.io/v1 GroupResources. */
export interface GroupResources {
  readonly group: string;
  readonly resources: readonly string[];
  readonly resourceNames: readonly string[];
}

/** audit.k8s.io/v1 PolicyRule. An empty list is no condition. */
export interface PolicyRule {
  readonly level: Level;
  readonly users: readonly string[];
  readonly userGroups: readonly string[];
  readonly verbs: readonly string[];
  readonly resources: readonly GroupResources[];
  readonly namespaces: readonly string[];
  readonly nonResourceURLs: readonly string[];
  readonly omitStages: readonly Stage[];
  readonly omitManagedFields?: boolean;
}

export interface Policy {
  readonly rules: readonly PolicyRule[];
  readonly omitStages: readonly Stage[];
  readonly omitManagedFields: boolean;
  /** Record what is refused for want of a right (401, 403) as Metadata where the rules say None; only the built-in policy does. */
  readonly refusals: boolean;
}

/** What rules are matched against. */
export interface AuditAttributes {
  readonly user: AuditUser | undefined;
  readonly verb: string;
  readonly path: string;
  /** Absent for a path that is no resource. */
  readonly resource?: {
    readonly group: string;
    readonly plural: string;
    readonly subresource: string;
    readonly namespace: string;
    readonly name: string;
  };
}

export interface AuditDecision {
  readonly level: Level;
  readonly omitStages: ReadonlySet<Stage>;
  readonly omitManagedFields: boolean;
}

/** The first rule that matches decides; without one nothing is recorded (apiserver `pkg/audit/policy/checker.go`). */
export function decideAudit(policy: Policy, attributes: AuditAttributes): AuditDecision {
  const rule = policy.rules.find((candidate) => matches(candidate, attributes));
  const key = rule ?? policy;
  const known = DECISIONS.get(key);
  if (known) return known;
  const decision: AuditDecision = {
    level: rule?.level ?? 'None',
    omitStages: new Set([...policy.omitStages, ...(rule?.omitStages ?? [])]),
    omitManagedFields: rule?.omitManagedFields ?? policy.omitManagedFields,
  };
  DECISIONS.set(key, decision);
  return decision;
}

/** Every request asks: what a rule comes to is worked out once. A rule belongs to one policy. */
const DECISIONS = new WeakMap<Policy | PolicyRule, AuditDecision>();

const allows = (list: readonly string[], value: string): boolean => list.length === 0 || list.includes(value);

function matches(rule: PolicyRule, { user, verb, path, resource }: AuditAttributes): boolean {
  if (rule.users.length > 0 && !rule.users.includes(user?.username ?? '')) return false;
  if (rule.userGroups.length > 0 && !user?.groups?.some((group) => rule.userGroups.includes(group)))
    return false;
  if (!allows(rule.verbs, verb)) return false;
  if (rule.namespaces.length > 0 || rule.resources.length > 0) {
    if (!resource || !allows(rule.namespaces, resource.namespace)) return false;
    return rule.resources.length === 0 || rule.resources.some((row) => matchesResource(row, resource));
  }
  if (rule.nonResourceURLs.length === 0) return true;
  return resource === undefined && rule.nonResourceURLs.some((pattern) => matchesPath(pattern, path));
}

function matchesResource(
  { group, resources, resourceNames }: GroupResources,
  asked: NonNullable<AuditAttributes['resource']>,
): boolean {
  if (group !== asked.group) return false;
  if (resources.length === 0) return true;
  const { plural, subresource } = asked;
  const whole = subresource ? `${plural}/${subresource}` : plural;
  const isMeant = (pattern: string): boolean =>
    pattern === whole ||
    pattern === '*' ||
    (subresource !== '' && pattern === `*/${subresource}`) ||
    pattern === `${plural}/*`;
  return allows(resourceNames, asked.name) && resources.some(isMeant);
}

const matchesPath = (pattern: string, path: string): boolean =>
  pattern === '*' ||
  pattern === path ||
  (pattern.endsWith('*') && path.startsWith(pattern.replace(/\*+$/, '')));

const ANY = {
  users: [],
  userGroups: [],
  verbs: [],
  resources: [],
  namespaces: [],
  nonResourceURLs: [],
  omitStages: [],
} as const;

/** Every write, every reading of a Secret, and what goes into a container, without bodies; and what was refused. */
export const DEFAULT_POLICY: Policy = {
  omitStages: ['RequestReceived'],
  omitManagedFields: false,
  refusals: true,
  rules: [
    {
      ...ANY,
      level: 'Metadata',
      resources: [
        {
          group: '',
          resources: ['secrets', 'pods/exec', 'pods/attach', 'pods/portforward', '*/proxy'],
          resourceNames: [],
        },
      ],
    },
    {
      ...ANY,
      level: 'Metadata',
      verbs: ['create', 'update', 'patch', 'delete', 'deletecollection', 'post', 'put'],
    },
  ],
};
