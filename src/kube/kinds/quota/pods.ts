import { type Amounts, amountsOf } from '../../values/amounts.ts';
import type { Quantity } from '../../values/quantity.ts';
import type { Affinity, Container, Pod, PodAffinityTerm } from '../objects.data.ts';
import { chargedAmounts, isPodLevel } from '../podspec/amounts.ts';
import { qosClass } from '../podspec/qos.ts';
import type { Measure } from './measure.ts';

const COMPUTE = ['cpu', 'memory', 'ephemeral-storage'];
const NAMES: ReadonlySet<string> = new Set([
  'pods',
  'count/pods',
  ...COMPUTE,
  ...COMPUTE.flatMap((name) => [`requests.${name}`, `limits.${name}`]),
]);
const ONE: Quantity = { digits: 1n, exponent: 0, format: 'DecimalSI' };

/** Kubernetes `pkg/quota/v1/evaluator/core/pods.go`. */
export const PODS: Measure = {
  counts: (name) =>
    NAMES.has(name) ||
    /^(requests\.)?hugepages-/.test(name) ||
    (/^requests\..*\//.test(name) && isForeign(name)),
  grows: ({ object, live, subresource }) =>
    subresource === undefined
      ? isTerminating((object as Pod).spec) !== isTerminating((live as Pod).spec)
      : subresource === 'resize',
  usage: (object, now) => usageOf(object as Pod, now),
  scopeValues: (object, scope) => scopeValues(object as Pod, scope),
  missing: (object, limited) => missingOf(object as Pod, limited),
};

/** `requests.nvidia.com/gpu` */
const isForeign = (name: string): boolean => !name.includes('kubernetes.io/');

/** `count/pods` counts what is stored; everything else only pods that have not ended, and are not stuck on their way out. */
function usageOf(pod: Pod, now: number): Amounts {
  const counted: Amounts = { 'count/pods': ONE };
  return isCharged(pod, now) ? { ...counted, ...charged(pod) } : counted;
}

export function isCharged({ metadata, status }: Pod, now: number): boolean {
  if (status?.phase === 'Failed' || status?.phase === 'Succeeded') return false;
  const { deletionTimestamp, deletionGracePeriodSeconds } = metadata;
  if (deletionTimestamp === undefined || deletionGracePeriodSeconds === undefined) return true;
  return now <= Date.parse(deletionTimestamp) + deletionGracePeriodSeconds * 1_000;
}

function charged({ spec }: Pod): Amounts {
  return asQuota(chargedAmounts(spec, 'requests'), chargedAmounts(spec, 'limits'));
}

/** The same amounts by the names of quotas. */
function asQuota(requests: Amounts, limits: Amounts): Amounts {
  const usage: Record<string, Quantity> = { pods: ONE };
  for (const [name, amount] of Object.entries(requests)) {
    if (COMPUTE.includes(name) || name.startsWith('hugepages-')) usage[name] = amount;
    usage[`requests.${name}`] = amount;
  }
  for (const [name, amount] of Object.entries(limits))
    if (COMPUTE.includes(name)) usage[`limits.${name}`] = amount;
  return usage;
}

const ANY: readonly string[] = [''];
const when = (holds: boolean): readonly string[] => (holds ? ANY : []);

function scopeValues({ spec }: Pod, scope: string): readonly string[] {
  switch (scope) {
    case 'Terminating':
      return when(isTerminating(spec));
    case 'NotTerminating':
      return when(!isTerminating(spec));
    case 'BestEffort':
      return when(qosClass(spec) === 'BestEffort');
    case 'NotBestEffort':
      return when(qosClass(spec) !== 'BestEffort');
    case 'PriorityClass':
      return spec.priorityClassName ? [spec.priorityClassName] : [];
    case 'CrossNamespacePodAffinity':
      return when(leavesNamespace(spec.affinity));
    default:
      return [];
  }
}

const isTerminating = ({ activeDeadlineSeconds }: Pod['spec']): boolean =>
  activeDeadlineSeconds !== undefined && activeDeadlineSeconds >= 0;

function leavesNamespace({ podAffinity, podAntiAffinity }: Affinity = {}): boolean {
  const isForeignTerm = ({ namespaces = [], namespaceSelector }: PodAffinityTerm): boolean =>
    namespaces.length > 0 || namespaceSelector !== undefined;
  return [podAffinity, podAntiAffinity].some(
    (one) =>
      one?.requiredDuringSchedulingIgnoredDuringExecution?.some(isForeignTerm) ||
      one?.preferredDuringSchedulingIgnoredDuringExecution?.some(({ podAffinityTerm }) =>
        isForeignTerm(podAffinityTerm),
      ),
  );
}

/** Where CPU or memory is limited, every container says what it needs: older than QoS, and kept for compatibility. */
const DEMANDED = ['cpu', 'memory', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory'];

function missingOf({ spec }: Pod, limited: readonly string[]): string | undefined {
  const { requests = {}, limits = {} } = spec.resources ?? {};
  if ([...Object.keys(requests), ...Object.keys(limits)].some(isPodLevel)) return undefined;
  const containers = [...spec.containers, ...(spec.initContainers ?? [])];
  const lacks =
    (name: string) =>
    ({ resources }: Container) =>
      asQuota(amountsOf(resources?.requests), amountsOf(resources?.limits))[name] === undefined;
  const problems = DEMANDED.filter((name) => limited.includes(name))
    .sort()
    .flatMap((name) => {
      const names = [...new Set(containers.filter(lacks(name)).map((one) => one.name))].sort();
      return names.length > 0 ? [`${name} for: ${names.join(',')}`] : [];
    });
  return problems.length > 0 ? `must specify ${problems.join('; ')}` : undefined;
}
