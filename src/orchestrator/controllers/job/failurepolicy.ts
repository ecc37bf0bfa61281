import type {
  ContainerStatus,
  Job,
  Pod,
  PodFailurePolicyOnExitCodesRequirement,
  PodFailurePolicyOnPodConditionsPattern,
  PodFailurePolicyRule,
} from '../../../kube/kinds/objects.data.ts';

export interface FailureJudgement {
  /** That of the first rule that matches. */
  readonly action?: string;
  /** False where the failure is ignored: it counts for no limit. */
  readonly counts: boolean;
  /** Why the whole Job has failed. */
  readonly message?: string;
}

/** What the failure of a pod means by the Job's podFailurePolicy (KEP-3329, Kubernetes `pod_failure_policy.go` matchPodFailurePolicy). */
export function judgeFailure({ spec }: Job, pod: Pod): FailureJudgement {
  for (const [i, rule] of (spec.podFailurePolicy?.rules ?? []).entries()) {
    const cause = causeOf(rule, pod);
    if (cause === undefined) continue;
    const { action } = rule;
    if (action === 'FailJob') {
      return { action, counts: true, message: `${cause} matching ${action} rule at index ${i}` };
    }
    return { action, counts: action !== 'Ignore' };
  }
  return { counts: true };
}

function causeOf({ onExitCodes, onPodConditions = [] }: PodFailurePolicyRule, pod: Pod): string | undefined {
  const name = `${pod.metadata.namespace}/${pod.metadata.name}`;
  if (onExitCodes) {
    const failed = containersOf(pod).find((status) => matchesCode(status, onExitCodes));
    const code = failed?.state?.terminated?.exitCode;
    return failed && `Container ${failed.name} for pod ${name} failed with exit code ${code}`;
  }
  const met = pod.status?.conditions?.find((condition) =>
    onPodConditions.some(
      (pattern) => condition.type === pattern.type && condition.status === statusOf(pattern),
    ),
  );
  return met && `Pod ${name} has condition ${met.type}`;
}

const statusOf = ({ status = 'True' }: PodFailurePolicyOnPodConditionsPattern): string => status;

const containersOf = ({ status }: Pod): readonly ContainerStatus[] => [
  ...(status?.containerStatuses ?? []),
  ...(status?.initContainerStatuses ?? []),
];

/** A container that ended well matches no rule, not even one about every code but some. */
function matchesCode(
  { name, state }: ContainerStatus,
  { containerName, operator, values }: PodFailurePolicyOnExitCodesRequirement,
): boolean {
  const code = state?.terminated?.exitCode;
  if (code === undefined || code === 0) return false;
  if (containerName !== undefined && containerName !== name) return false;
  return values.includes(code) === (operator === 'In');
}
