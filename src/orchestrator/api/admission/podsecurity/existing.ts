import type { Pod } from '../../../../kube/kinds/objects.data.ts';
import { reasonsOf, violationsOf } from './checks.ts';
import { type LevelVersion, levelText } from './policy.ts';

/** Every request waits while pods are checked. */
const MOST_PODS = 3000;

/**
 * Warnings of pods that a new level forbids and that stay nevertheless, one line for all of which the same is true
 * (k8s.io/pod-security-admission `admission/admission.go`, EvaluatePodsInNamespace).
 */
export function existingViolations(
  namespace: string,
  level: LevelVersion,
  pods: readonly Pod[],
): readonly string[] {
  const checked = oneOfEachOwnerFirst(pods).slice(0, MOST_PODS);
  const named = new Map<string, string[]>();
  for (const pod of checked) {
    const reasons = reasonsOf(violationsOf(level, pod));
    if (reasons === '') continue;
    const names = named.get(reasons) ?? [];
    names.push(pod.metadata.name ?? '');
    named.set(reasons, names);
  }
  const lines = [...named].map(([reasons, names]) => `${firstOf(names)}: ${reasons}`).sort();
  return [
    ...(checked.length < pods.length
      ? [
          `new PodSecurity enforce level only checked against the first ${checked.length} of ${pods.length} existing pods`,
        ]
      : []),
    ...(lines.length > 0
      ? [
          `existing pods in namespace "${namespace}" violate the new PodSecurity enforce level "${levelText(level)}"`,
        ]
      : []),
    ...lines,
  ];
}

/** Pods of one owner are mostly alike. */
function oneOfEachOwnerFirst(pods: readonly Pod[]): readonly Pod[] {
  const seen = new Set<string>();
  const others: Pod[] = [];
  const first = pods.filter((pod) => {
    const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller)?.uid;
    if (owner === undefined) return true;
    if (seen.has(owner)) others.push(pod);
    const isFirst = !seen.has(owner);
    seen.add(owner);
    return isFirst;
  });
  return [...first, ...others];
}

/** `web-1 (and 2 other pods)` */
function firstOf(names: readonly string[]): string {
  const [first = ''] = [...names].sort();
  const others = names.length - 1;
  return others === 0 ? first : `${first} (and ${others} other ${others === 1 ? 'pod' : 'pods'})`;
}
