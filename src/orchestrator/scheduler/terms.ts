import type { Pod, PodAffinity, PodAffinityTerm } from '../../kube/kinds/objects.data.ts';
import { compileSelector } from '../../kube/values/compiledselector.ts';
import {
  type LabelSelector,
  type Labels,
  type Requirement,
  selectorOf,
} from '../../kube/values/selectors.ts';

/** Pods near each other, or apart: which, and what "near" means. */
export interface Term {
  readonly topologyKey: string;
  /** From 1 to 100 for what is preferred; 1 for what is required. */
  readonly weight: number;
  /** Whether it speaks of such a pod. */
  selects(pod: Selectable, labelsOfNamespace: (name: string) => Labels): boolean;
}

export interface Selectable {
  readonly namespace: string;
  readonly labels: Labels;
}

export interface PodTerms {
  /** Some of the four have terms. */
  readonly areSome: boolean;
  readonly near: Terms;
  readonly apart: Terms;
}

interface Terms {
  readonly required: readonly Term[];
  readonly preferred: readonly Term[];
}

const NONE: Terms = { required: [], preferred: [] };
export const NO_TERMS: PodTerms = { areSome: false, near: NONE, apart: NONE };

export function termsOf(pod: Pod): PodTerms {
  const { podAffinity, podAntiAffinity } = pod.spec.affinity ?? {};
  if (!podAffinity && !podAntiAffinity) return NO_TERMS;
  return { areSome: true, near: read(podAffinity, pod), apart: read(podAntiAffinity, pod) };
}

function read(affinity: PodAffinity | undefined, pod: Pod): Terms {
  if (!affinity) return NONE;
  const { requiredDuringSchedulingIgnoredDuringExecution: required = [] } = affinity;
  const { preferredDuringSchedulingIgnoredDuringExecution: preferred = [] } = affinity;
  return {
    required: required.map((term) => termOf(term, pod, 1)),
    preferred: preferred.map(({ podAffinityTerm, weight }) => termOf(podAffinityTerm, pod, weight)),
  };
}

/** Without namespaces and without a selector of them, the pod's own is meant; an empty selector of them selects all (core/v1 PodAffinityTerm). */
function termOf(term: PodAffinityTerm, { metadata }: Pod, weight: number): Term {
  const { namespaces = [], namespaceSelector, topologyKey } = term;
  const own = namespaces.length === 0 && namespaceSelector === undefined ? [metadata.namespace ?? ''] : [];
  const named = new Set([...namespaces, ...own]);
  const isSelected = namespaceSelector && compileSelector(selectorOf(namespaceSelector) ?? []);
  const selects = podSelector(term.labelSelector, [
    ...sameAs(metadata.labels, term.matchLabelKeys, 'In'),
    ...sameAs(metadata.labels, term.mismatchLabelKeys, 'NotIn'),
  ]);
  return {
    topologyKey,
    weight,
    selects: ({ namespace, labels }, labelsOfNamespace) =>
      (named.has(namespace) || (isSelected?.(labelsOfNamespace(namespace)) ?? false)) && selects(labels),
  };
}

/** A missing selector selects nothing, whatever is added to it. */
export function podSelector(
  selector: LabelSelector | undefined,
  more: readonly Requirement[],
): (labels: Labels) => boolean {
  const requirements = selectorOf(selector);
  return requirements ? compileSelector([...requirements, ...more]) : () => false;
}

/** KEP-3243, KEP-3633: keys that the pod does not have are ignored. */
export const sameAs = (
  labels: Labels,
  keys: readonly string[] = [],
  operator: 'In' | 'NotIn',
): readonly Requirement[] =>
  keys.flatMap((key) => {
    const value = labels?.[key];
    return value === undefined ? [] : [{ key, operator, values: [value] }];
  });
