import { createHash } from 'node:crypto';
import { canonicalJson } from '../kube/values/equal.ts';
import type { EnvironmentEntry } from './deliveryfile.ts';
import { ownNamespace } from './namespaces.ts';
import { notifyText } from './notifyrules.ts';
import type { Environment, NotifyRule, PromotionPolicy, Terms } from './types.ts';
import { describeWindows, type Windows } from './windows.ts';

/** In the order in which they are listed. */
const TERMS = [
  ...(['branch', 'path', 'namespace', 'cluster', 'promotion', 'verify', 'windows', 'notify'] as const),
] as const;
export type Term = (typeof TERMS)[number];

/** What an entry of a pilotage.yaml asks for, its defaults filled in. */
export const termsOf = (delivery: string, entry: EnvironmentEntry): Terms => ({
  branch: entry.branch,
  path: entry.path,
  namespace: entry.namespace ?? ownNamespace(delivery, entry.name),
  ...(entry.cluster ? { cluster: entry.cluster } : {}),
  ...(entry.promotion ? { promotion: entry.promotion } : {}),
  ...(entry.verify ? { verify: entry.verify } : {}),
  ...(entry.windows ? { windows: entry.windows } : {}),
  ...(entry.notify ? { notify: entry.notify } : {}),
});

/** The terms of an environment that exists: those that its object records, whatever any file says. */
export function termsInForce({ spec, status }: Environment): Terms {
  const { branch, path, namespace, cluster, verify, windows, notify } = spec;
  const promotion = status?.promotionPolicy;
  return {
    branch,
    path,
    namespace,
    ...(cluster ? { cluster } : {}),
    ...(promotion ? { promotion } : {}),
    ...(verify ? { verify } : {}),
    ...(windows ? { windows } : {}),
    ...(notify ? { notify } : {}),
  };
}

export const differing = (a: Terms, b: Terms): readonly Term[] =>
  TERMS.filter((term) => canonicalJson(a[term] ?? null) !== canonicalJson(b[term] ?? null));

/** `terms` with the named ones as `from` has them. */
export function taking(terms: Terms, from: Terms, names: readonly Term[]): Terms {
  const taken: Record<string, unknown> = { ...terms };
  for (const name of names) {
    if (from[name] === undefined) delete taken[name];
    else taken[name] = from[name];
  }
  return taken as unknown as Terms;
}

/**
 * Equal for equal terms; of a change, what a person agrees to: another proposal, or other terms in force, are another. As long as it is
 * so that two proposals of one id cannot be found (2^64 tries), to show the one and have the other accepted.
 */
export const digestOf = (...terms: readonly Terms[]): string =>
  createHash('sha256').update(canonicalJson(terms)).digest('hex').slice(0, 32);

const isWindows = (value: object): value is Windows => Array.isArray(value);

/** `branch prod → main, promotion from dev, gates approvals 2 → none`; `policyText` puts a promotion into words. */
export const describeChange = (
  from: Terms,
  to: Terms,
  policyText: (policy: PromotionPolicy) => string,
): string => {
  const textOf = (value: Terms[Term]): string => {
    if (value === undefined || value === '') return 'none';
    if (typeof value === 'string') return value;
    if (isRules(value)) return notifyText(value);
    if (isWindows(value)) return describeWindows(value);
    return 'signatures' in value ? `signatures ${value.signatures}` : policyText(value);
  };
  return differing(from, to)
    .map((term) => `${term} ${textOf(from[term])} → ${textOf(to[term])}`)
    .join(', ');
};

const isRules = (value: object): value is readonly NotifyRule[] =>
  Array.isArray(value) && value.some((one) => 'to' in one);
