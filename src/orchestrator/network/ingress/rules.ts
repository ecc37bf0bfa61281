import { authSecretOf } from '../../../kube/kinds/ingresses/words.ts';
import type {
  Ingress,
  IngressBackend,
  IngressClass,
  Secret,
  Service,
} from '../../../kube/kinds/objects.data.ts';
import { oldestFirst } from '../../../kube/values/age.ts';
import { readAnnotations, type Wishes } from './annotations.ts';
import { certificatesOf, type HostCertificate } from './certificates.ts';
import { type Claim, claimOf } from './classes.ts';
import type { Finding } from './findings.ts';
import type { HostClaims } from './hosts.ts';
import { normalPath } from './paths.ts';
import { isPattern, PATTERN_COST_PER_HOST, pathPattern } from './patterns.ts';
import { DEFAULT_POLICY, type Policy } from './policy.ts';
import { type Action, conflictKey, type Fallback, type PathMatch, type Rule } from './table.ts';
import { targetOfBackend } from './targets.ts';
import { usersOf } from './users.ts';

/** Ingresses, and what they refer to. */
export interface IngressObjects {
  readonly ingresses: readonly Ingress[];
  readonly classes: readonly IngressClass[];
  readonly services: readonly Service[];
  readonly secrets: readonly Secret[];
}

export interface Judged {
  readonly ingress: Ingress;
  /** `left`: a class of another controller, or of none that could be told. */
  readonly state: 'served' | 'unserved' | 'left';
  readonly findings: readonly Finding[];
}

export interface IngressRules {
  readonly rules: readonly Rule[];
  readonly fallbacks: readonly Fallback[];
  readonly certificates: readonly HostCertificate[];
  /** Instructions of the patterns of a host. */
  readonly patternCosts: ReadonlyMap<string, number>;
  /** Every Ingress. */
  readonly judged: readonly Judged[];
}

export type Find<T> = (namespace: string, name: string) => T | undefined;

/** What Ingresses and routes refer to. */
export interface Known {
  readonly service: Find<Service>;
  readonly secret: Find<Secret>;
}

/** What decides about the rules of all objects. */
export interface Found extends Known {
  readonly conflictOf: HostClaims;
}

export interface ClaimedIngress {
  readonly ingress: Ingress;
  readonly claim: Claim;
}

/** Which Ingresses are served here. */
export const claimIngresses = ({ ingresses, classes }: IngressObjects): readonly ClaimedIngress[] =>
  ingresses.map((ingress) => ({ ingress, claim: claimOf(ingress, classes) }));

export const oursOf = (claimed: readonly ClaimedIngress[]): readonly Ingress[] =>
  claimed.flatMap(({ ingress, claim }) => (claim.type === 'ours' ? [ingress] : []));

interface Part {
  readonly rules: readonly Rule[];
  readonly fallbacks: readonly Fallback[];
  readonly findings: readonly Finding[];
}

/**
 * The rules of all Ingresses that are served here, with what is amiss in each. Of two for the same requests the older wins, of two namespaces
 * the one that holds the host.
 */
export function ingressRules(claims: readonly ClaimedIngress[], found: Found): IngressRules {
  const ours = [...oursOf(claims)].sort(oldestFirst);
  const { certificates, findings: certificateFindings } = certificatesOf(
    ours,
    found.secret,
    found.conflictOf,
  );
  const taken: Taken = { owners: new Map(), costs: new Map() };
  const parts = ours.map((ingress) => ({ ingress, ...settled(partOf(ingress, found), taken) }));
  return {
    rules: parts.flatMap(({ rules }) => rules),
    fallbacks: parts.flatMap(({ fallbacks }) => fallbacks),
    certificates,
    patternCosts: taken.costs,
    judged: [
      ...parts.map(({ ingress, findings }) => ({
        ingress,
        state: 'served' as const,
        findings: [...findings, ...(certificateFindings.get(ingress) ?? [])],
      })),
      ...claims.flatMap(({ ingress, claim }): readonly Judged[] => {
        if (claim.type === 'ours') return [];
        return claim.type === 'nobody'
          ? [{ ingress, state: 'unserved', findings: [claim.finding] }]
          : [{ ingress, state: 'left', findings: [] }];
      }),
    ],
  };
}

interface Taken {
  /** Whose requests are of a kind. */
  readonly owners: Map<string, string>;
  /** What it costs to compare a path with the patterns of a host. */
  readonly costs: Map<string, number>;
}

/** Without the rules that an older Ingress has, and those that would be too many. */
function settled({ rules, fallbacks, findings }: Part, { owners: taken, costs }: Taken): Part {
  const conflicts: Finding[] = [];
  const isAffordable = ({ host, match }: Rule) => {
    if (match.type !== 'pattern') return true;
    const cost = (costs.get(host) ?? 0) + match.cost;
    if (cost <= PATTERN_COST_PER_HOST) costs.set(host, cost);
    else
      conflicts.push({
        reason: 'BadPattern',
        message: `the regular expressions of ${host || 'any host'} have more than ${PATTERN_COST_PER_HOST} instructions: ${match.path} is left out`,
      });
    return cost <= PATTERN_COST_PER_HOST;
  };
  const isFree = (key: string, owner: string, what: string) => {
    const before = taken.get(key);
    if (before === undefined) taken.set(key, owner);
    else
      conflicts.push({
        reason: 'PathConflict',
        message: `${what} is served by the Ingress ${before}, which is older`,
      });
    return before === undefined;
  };
  return {
    rules: rules.filter(
      (rule) =>
        isFree(
          conflictKey(rule.host, rule.match),
          rule.owner,
          `${rule.host || 'any host'} ${rule.match.path} (${rule.match.type})`,
        ) && isAffordable(rule),
    ),
    fallbacks: fallbacks.filter(({ host, owner }) =>
      isFree(`${host} fallback`, owner, `the default backend of ${host || 'all hosts'}`),
    ),
    findings: [...findings, ...conflicts],
  };
}

function partOf(ingress: Ingress, found: Found): Part {
  const { metadata, spec } = ingress;
  const { namespace = '', name = '' } = metadata;
  const owner = `${namespace}/${name}`;
  const { wishes, unknown, bad, refusal } = readAnnotations(metadata.annotations);
  const findings: Finding[] = [
    ...(unknown.length > 0
      ? [
          {
            reason: 'UnknownAnnotations' as const,
            message: `not understood here, without effect: ${unknown.join(', ')}`,
          },
        ]
      : []),
    ...bad.map((message) => ({ reason: 'BadAnnotation' as const, message })),
  ];
  const protection = protectionOf(namespace, wishes, refusal, found.secret);
  if (protection.type === 'none') findings.push({ reason: 'NotProtected', message: protection.why });
  const tlsHosts = new Set(
    (spec?.tls ?? []).flatMap(({ hosts }) => hosts ?? rulesOf(ingress).map(({ host = '' }) => host)),
  );
  const actionOf = (host: string, backend: IngressBackend): Action => {
    if (protection.type === 'none')
      return {
        type: 'refuse',
        // To strangers: what is amiss names Secrets and users.
        why: `the Ingress ${owner} cannot be protected as it asks: its events say why`,
      };
    const { target, finding } = targetOfBackend(namespace, backend, found.service);
    if (finding) findings.push(finding);
    return {
      type: 'forward',
      target,
      policy: policyOf({ ...wishes, ...protection.policy }, tlsHosts.has(host)),
    };
  };

  const rules: Rule[] = [];
  const isHeld = (host: string): boolean => {
    const conflict = found.conflictOf(namespace, host);
    if (conflict) findings.push(conflict);
    return conflict !== undefined;
  };
  for (const rule of rulesOf(ingress)) {
    const host = (rule.host ?? '').toLowerCase();
    if (isHeld(host)) continue;
    for (const { path = '/', pathType, backend } of rule.http?.paths ?? []) {
      const match = matchOf(path || '/', pathType, wishes);
      if (typeof match === 'string') findings.push({ reason: 'BadPattern', message: match });
      else rules.push({ host, match, action: actionOf(host, backend), owner });
    }
  }
  const fallbacks = fallbacksOf(ingress, owner, actionOf).filter(({ host }) => !isHeld(host));
  return { rules, fallbacks, findings: unique(findings) };
}

const rulesOf = ({ spec }: Ingress) => spec?.rules ?? [];

/** For its hosts; for every host where it has no rules; a rule without paths sends its host there (Kubernetes "Ingress", DefaultBackend). */
function fallbacksOf(
  ingress: Ingress,
  owner: string,
  actionOf: (host: string, backend: IngressBackend) => Action,
): readonly Fallback[] {
  const backend = ingress.spec?.defaultBackend;
  if (!backend) return [];
  const rules = rulesOf(ingress);
  const hosts = rules.length === 0 ? [''] : rules.map(({ host = '' }) => host.toLowerCase());
  return [...new Set(hosts)].map((host) => ({ host, action: actionOf(host, backend), owner }));
}

/** A sentence where the path is no pattern. */
function matchOf(path: string, pathType: string, { useRegex, rewrite }: Wishes): PathMatch | string {
  const isRegex = pathType !== 'Exact' && (useRegex === true || rewrite !== undefined) && isPattern(path);
  if (!isRegex) return { type: pathType === 'Exact' ? 'exact' : 'prefix', path: normalPath(path) ?? path };
  const pattern = pathPattern(path);
  return pattern.ok
    ? pattern.value
    : `the path ${path} is no regular expression: ${pattern.problems[0].message}`;
}

type Protection =
  | { readonly type: 'some'; readonly policy: Partial<Policy> }
  | { readonly type: 'none'; readonly why: string };

function protectionOf(
  namespace: string,
  { authSecret }: Wishes,
  refusal: string | undefined,
  secret: Find<Secret>,
): Protection {
  if (refusal !== undefined) return { type: 'none', why: refusal };
  if (!authSecret) return { type: 'some', policy: {} };
  const name = authSecretOf(namespace, authSecret.value);
  const users =
    name === undefined
      ? `${authSecret.value} is not of its namespace`
      : usersOf(secret(namespace, name), name, authSecret.type);
  return typeof users === 'string'
    ? { type: 'none', why: users }
    : { type: 'some', policy: { auth: { realm: authSecret.realm, users } } };
}

function policyOf(
  { sslRedirect = true, forceSslRedirect = false, useRegex: _, authSecret: __, ...policy }: Wishes,
  hasTls: boolean,
): Policy {
  return { ...DEFAULT_POLICY, ...policy, toHttps: forceSslRedirect || (sslRedirect && hasTls) };
}

const unique = (findings: readonly Finding[]): readonly Finding[] => [
  ...new Map(findings.map((one) => [`${one.reason} ${one.message}`, one])).values(),
];
