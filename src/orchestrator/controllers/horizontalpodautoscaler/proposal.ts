import type { MetricSpec, MetricStatus, MetricTarget } from '../../../kube/kinds/objects.data.ts';
import { formatQuantity, parseQuantity } from '../../../kube/values/quantity.ts';
import type { LabelSelector } from '../../../kube/values/selectors.ts';
import {
  isProblem,
  type Measured,
  milliOf,
  type PodMetrics,
  type Problem,
  type Problematic,
} from './measured.ts';
import { byAverage, byShare, byUtilization, byValue, type Pass, type Wanted } from './replicas.ts';
import { podRequests } from './requests.ts';

/** What one metric asks for. */
export interface Proposal {
  readonly replicas: number;
  /** As conditions and events call it. */
  readonly name: string;
  readonly status: MetricStatus;
}

/** Why a metric asks for nothing. */
export interface Unmeasured {
  /** Of an event, and of the condition ScalingActive. */
  readonly reason: string;
  readonly problem: string;
  /** The same as the one of several metrics that failed first. */
  readonly asOne: string;
}

export interface Target {
  /** What the specification of the target says, and what its status says. */
  readonly current: number;
  readonly running: number;
}

/** Kubernetes `podautoscaler/horizontal.go` computeReplicasForMetric and what it calls, with its words. */
export function proposalOf(
  spec: MetricSpec,
  measured: Measured,
  pass: Pass,
  target: Target,
): Proposal | Unmeasured {
  switch (spec.type) {
    case 'Resource':
      return spec.resource ? ofResource(spec, spec.resource, '', measured, pass) : unknown(spec);
    case 'ContainerResource':
      return spec.containerResource
        ? ofResource(spec, spec.containerResource, spec.containerResource.container, measured, pass)
        : unknown(spec);
    case 'Pods':
      return ofPodsMetric(spec, measured, pass);
    case 'Object':
      return ofObject(spec, measured, pass, target);
    case 'External':
      return ofExternal(spec, measured, pass, target);
    default:
      return unknown(spec);
  }
}

function unknown({ type }: MetricSpec): Unmeasured {
  const problem = `unknown metric source type "${type}"`;
  return { reason: 'InvalidMetricSourceType', problem, asOne: problem };
}

const milli = (value: string | number | undefined): number => milliOf(value) ?? 0;

/** Thousandths as a quantity; memory in powers of 1024. */
const quantityOf = (value: number, resource = ''): string =>
  formatQuantity({
    ...(parseQuantity(`${value}m`) as NonNullable<ReturnType<typeof parseQuantity>>),
    format: resource === 'memory' ? 'BinarySI' : 'DecimalSI',
  });

const podsOf = (measured: Measured): Problematic<PodMetrics> =>
  isProblem(measured) ? measured : 'pods' in measured ? measured.pods : { problem: 'no pods were measured' };

const totalOf = (measured: Measured): Problematic<number> =>
  isProblem(measured)
    ? measured
    : 'values' in measured
      ? measured.values.reduce((a, b) => a + b, 0)
      : { problem: 'pods were measured' };

function ofResource(
  spec: MetricSpec,
  { name, target }: { readonly name: string; readonly target: MetricTarget },
  container: string,
  measured: Measured,
  pass: Pass,
): Proposal | Unmeasured {
  const isContainer = spec.type === 'ContainerResource';
  const wanted = resourceReplicas(name, target, container, measured, pass);
  if (isProblem(wanted)) {
    const what = isContainer ? `${container} container` : `${name} resource`;
    return {
      reason: isContainer ? 'FailedGetContainerResourceMetric' : 'FailedGetResourceMetric',
      ...wanted,
      asOne: `failed to get ${what} metric value: ${wanted.problem}`,
    };
  }
  const { replicas, usage, utilization } = wanted;
  const current = {
    ...(utilization === undefined ? {} : { averageUtilization: utilization }),
    averageValue: quantityOf(usage, name),
  };
  const kind = isContainer ? 'container resource' : 'resource';
  return {
    replicas,
    name:
      utilization === undefined ? `${name} resource` : `${name} ${kind} utilization (percentage of request)`,
    status: isContainer
      ? { type: spec.type, containerResource: { name, container, current } }
      : { type: spec.type, resource: { name, current } },
  };
}

function resourceReplicas(
  name: string,
  { averageValue, averageUtilization }: MetricTarget,
  container: string,
  measured: Measured,
  pass: Pass,
): Problematic<Wanted> {
  const metrics = podsOf(measured);
  const unable = `unable to get metrics for resource ${name}`;
  if (averageValue !== undefined) {
    const wanted = isProblem(metrics)
      ? within(unable, metrics)
      : byAverage(pass, name, metrics, milli(averageValue));
    return isProblem(wanted) ? within(`failed to get ${name} usage`, wanted) : wanted;
  }
  if (averageUtilization === undefined) {
    return {
      problem:
        'invalid resource metric source: neither an average utilization target nor an average value (usage) target was set',
    };
  }
  const requests = podRequests(pass.pods, name, container);
  const wanted = isProblem(metrics)
    ? within(unable, metrics)
    : byUtilization(pass, name, metrics, requests, averageUtilization);
  return isProblem(wanted) ? within(`failed to get ${name} utilization`, wanted) : wanted;
}

const within = (what: string, { problem }: Problem): Problem => ({ problem: `${what}: ${problem}` });

function ofPodsMetric(spec: MetricSpec, measured: Measured, pass: Pass): Proposal | Unmeasured {
  if (!spec.pods) return unknown(spec);
  const { metric, target } = spec.pods;
  const metrics = podsOf(measured);
  const wanted = isProblem(metrics)
    ? within(`unable to get metric ${metric.name}`, metrics)
    : byAverage(pass, '', metrics, milli(target.averageValue));
  if (isProblem(wanted)) return failed('FailedGetPodsMetric', 'pods metric value', wanted);
  const { replicas, usage } = wanted;
  return {
    replicas,
    name: `pods metric ${metric.name}`,
    status: { type: spec.type, pods: { metric, current: { averageValue: quantityOf(usage) } } },
  };
}

const failed = (reason: string, what: string, { problem }: Problem): Unmeasured => ({
  reason,
  problem,
  asOne: `failed to get ${what}: ${problem}`,
});

function ofObject(
  spec: MetricSpec,
  measured: Measured,
  pass: Pass,
  { running }: Target,
): Proposal | Unmeasured {
  if (!spec.object) return unknown(spec);
  const { metric, target, describedObject } = spec.object;
  const isAverage = target.type === 'AverageValue';
  const wanted = valueReplicas(target, measured, pass, running);
  if (isProblem(wanted)) {
    const problem = isAverage ? within(`failed to get ${metric.name} object metric`, wanted) : wanted;
    return failed('FailedGetObjectMetric', 'object metric value', problem);
  }
  const { replicas, usage } = wanted;
  const current = isAverage ? { averageValue: quantityOf(usage) } : { value: quantityOf(usage) };
  return {
    replicas,
    name: isAverage
      ? `external metric ${metric.name}(${goSelector(metric.selector)})`
      : `${describedObject.kind} metric ${metric.name}`,
    status: { type: spec.type, object: { describedObject, metric, current } },
  };
}

function ofExternal(
  spec: MetricSpec,
  measured: Measured,
  pass: Pass,
  { running }: Target,
): Proposal | Unmeasured {
  if (!spec.external) return unknown(spec);
  const { metric, target } = spec.external;
  const isAverage = target.averageValue !== undefined;
  const wanted = valueReplicas(target, measured, pass, running);
  if (isProblem(wanted)) {
    const what = isAverage ? `${metric.name} external metric` : `external metric ${metric.name}`;
    const problem = within(`failed to get ${what}`, wanted);
    return failed('FailedGetExternalMetric', `${metric.name} external metric value`, problem);
  }
  const { replicas, usage } = wanted;
  const current = isAverage ? { averageValue: quantityOf(usage) } : { value: quantityOf(usage) };
  return {
    replicas,
    name: `external metric ${metric.name}(${goSelector(metric.selector)})`,
    status: { type: spec.type, external: { metric, current } },
  };
}

function valueReplicas(
  { averageValue, value }: MetricTarget,
  measured: Measured,
  pass: Pass,
  running: number,
): Problematic<Wanted> {
  const total = totalOf(measured);
  if (isProblem(total)) return total;
  if (averageValue !== undefined) return byShare(pass, running, total, milli(averageValue));
  return byValue(pass, total, milli(value));
}

/** As Go prints a selector, which Kubernetes' messages contain. */
export function goSelector(selector: LabelSelector | undefined): string {
  if (!selector) return 'nil';
  const labels = Object.entries(selector.matchLabels ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}: ${value},`)
    .join('');
  const expressions = (selector.matchExpressions ?? [])
    .map(
      ({ key, operator, values = [] }) =>
        `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${values.join(' ')}],},`,
    )
    .join('');
  return `&LabelSelector{MatchLabels:map[string]string{${labels}},MatchExpressions:[]LabelSelectorRequirement{${expressions}},}`;
}
