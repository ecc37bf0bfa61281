import { expect } from 'chai';
import type { HorizontalPodAutoscalerSpec, MetricSpec } from '../../../../src/kube/kinds/objects.data.ts';
import {
  type Decision,
  decide,
  decideByBounds,
  isEarly,
} from '../../../../src/orchestrator/controllers/horizontalpodautoscaler/decide.ts';
import type { Measured } from '../../../../src/orchestrator/controllers/horizontalpodautoscaler/measured.ts';
import { remembering } from '../../../../src/orchestrator/controllers/horizontalpodautoscaler/stabilize.ts';
import { autoscalerStatus } from '../../../../src/orchestrator/controllers/horizontalpodautoscaler/status.ts';
import { ago, NOW } from '../notation.ts';
import { all, autoscaler, cpu, scaled, used } from './notation.ts';

const target = (current: number) => ({ current, running: current });
const look = (
  spec: Partial<HorizontalPodAutoscalerSpec>,
  current: number,
  ...measured: readonly Measured[]
): Decision =>
  decide(
    {
      autoscaler: autoscaler(spec),
      target: target(current),
      pods: all(current),
      measured,
      memory: remembering(current, NOW - 400_000),
    },
    NOW,
  );
const bounds = (current: number, spec: Partial<HorizontalPodAutoscalerSpec> = {}) =>
  decideByBounds(autoscaler(spec), target(current), remembering(current, NOW));
const condition = ({ conditions }: Decision, type: string) => conditions.find((one) => one.type === type);
const of = (...values: number[]): Measured => ({ pods: used(...values) });
const BROKEN: Measured = { problem: 'no metrics returned from resource metrics API' };

/** Kubernetes `podautoscaler/horizontal_test.go`, where a test there is one here. */
describe('an autoscaler', () => {
  it('brings a target back between its bounds, whatever the metrics say', () => {
    expect(bounds(9)?.rescale).to.deep.equal({
      replicas: 6,
      reason: 'Current number of replicas above Spec.MaxReplicas',
    });
    expect(bounds(1)?.rescale).to.deep.equal({
      replicas: 2,
      reason: 'Current number of replicas below Spec.MinReplicas',
    });
    expect(bounds(3)).to.equal(undefined);
  });

  it('leaves a target alone that somebody has stopped', () => {
    const stopped = bounds(0);
    expect(stopped?.rescale).to.equal(undefined);
    expect(stopped?.conditions).to.deep.equal([
      {
        type: 'ScalingActive',
        status: 'False',
        reason: 'ScalingDisabled',
        message: 'scaling is disabled since the replica count of the target is zero',
      },
    ]);
  });

  it('scales by its metric, and says which', () => {
    const decision = look({}, 3, of(300, 500, 700));
    expect(decision.rescale).to.deep.equal({
      replicas: 5,
      reason: 'cpu resource utilization (percentage of request) above target',
    });
    expect(condition(decision, 'ScalingActive')).to.deep.include({
      status: 'True',
      reason: 'ValidMetricFound',
      message:
        'the HPA was able to successfully calculate a replica count from cpu resource utilization (percentage of request)',
    });
    expect(decision.currentMetrics).to.deep.equal([
      {
        type: 'Resource',
        resource: { name: 'cpu', current: { averageUtilization: 50, averageValue: '500m' } },
      },
    ]);
    expect(look({}, 4, of(100, 100, 100, 100)).rescale).to.deep.equal({
      replicas: 2,
      reason: 'All metrics below target',
    });
  });

  it('follows the metric that asks for most', () => {
    const pods: MetricSpec = {
      type: 'Pods',
      pods: { metric: { name: 'qps' }, target: { type: 'AverageValue', averageValue: '15' } },
    };
    const decision = look({ metrics: [cpu(30), pods] }, 3, of(300, 300, 300), of(20_000, 10_000, 30_000));
    expect(decision.rescale).to.deep.equal({ replicas: 4, reason: 'pods metric qps above target' });
    expect(decision.currentMetrics?.[1]).to.deep.equal({
      type: 'Pods',
      pods: { metric: { name: 'qps' }, current: { averageValue: '20' } },
    });
  });

  it('does nothing without a metric, and says why', () => {
    const decision = look({}, 3, BROKEN);
    const problem =
      'failed to get cpu utilization: unable to get metrics for resource cpu: no metrics returned from resource metrics API';
    expect(decision).to.deep.include({ isUnknown: true, currentMetrics: [{ type: '' }] });
    expect(decision.conditions).to.deep.equal([
      {
        type: 'ScalingActive',
        status: 'False',
        reason: 'FailedGetResourceMetric',
        message: `the HPA was unable to compute the replica count: ${problem}`,
      },
    ]);
    expect(decision.events).to.deep.equal([
      { reason: 'FailedGetResourceMetric', message: problem },
      {
        reason: 'FailedComputeMetricsReplicas',
        message: `invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value: ${problem}`,
      },
    ]);
  });

  it('is not blamed for what pods that start cannot say yet, within its first period', () => {
    const made = (seconds: number) => {
      const { metadata, ...rest } = autoscaler();
      return { ...rest, metadata: { ...metadata, creationTimestamp: ago(seconds) } };
    };
    const silent = look({}, 2, BROKEN);
    const starting = [scaled('p0'), scaled('p1', { changed: 1 })];
    expect(isEarly(made(5), starting, silent, NOW)).to.equal(true);
    expect(isEarly(made(5), [], silent, NOW)).to.equal(true);
    expect(isEarly(made(16), starting, silent, NOW)).to.equal(false);
    expect(isEarly(made(5), all(2), silent, NOW)).to.equal(false);
    expect(isEarly(made(5), starting, look({}, 2, of(300, 300)), NOW)).to.equal(false);
  });

  it('grows by the metrics that work, and does not shrink while one does not', () => {
    const metrics = [cpu(30), cpu(50)];
    expect(look({ metrics }, 3, of(300, 500, 700), BROKEN).rescale?.replicas).to.equal(5);
    const quiet = look({ metrics }, 4, of(100, 100, 100, 100), BROKEN);
    expect([quiet.rescale, condition(quiet, 'ScalingActive')?.reason]).to.deep.equal([
      undefined,
      'FailedGetResourceMetric',
    ]);
  });

  it('is as tolerant as its behavior says', () => {
    const measured = of(340, 340, 340);
    expect(look({}, 3, measured).rescale?.replicas).to.equal(4);
    const rules = {
      policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
      stabilizationWindowSeconds: 0,
    };
    const behavior = { scaleUp: { ...rules, tolerance: '200m' }, scaleDown: rules };
    expect(look({ behavior }, 3, measured).rescale).to.equal(undefined);
  });

  const external = (target: object): MetricSpec =>
    ({
      type: 'External',
      external: { metric: { name: 'jobs', selector: { matchLabels: { q: 'a' } } }, target },
    }) as MetricSpec;
  const object = (target: object): MetricSpec => ({
    type: 'Object',
    object: {
      metric: { name: 'hits' },
      describedObject: { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: 'web' },
      target: target as never,
    },
  });
  const values = (...all: number[]): Measured => ({ values: all });
  const rows: readonly (readonly [string, MetricSpec, Measured, number | undefined, string])[] = [
    [
      'an external value for all',
      external({ type: 'Value', value: '6' }),
      values(4_000, 8_000),
      6,
      'external metric jobs(&LabelSelector{MatchLabels:map[string]string{q: a,},MatchExpressions:[]LabelSelectorRequirement{},}) above target',
    ],
    [
      'an external value for each',
      external({ type: 'AverageValue', averageValue: '3' }),
      values(12_000),
      4,
      'external metric jobs(&LabelSelector{MatchLabels:map[string]string{q: a,},MatchExpressions:[]LabelSelectorRequirement{},}) above target',
    ],
    [
      'a value of an object',
      object({ type: 'Value', value: '10' }),
      values(15_000),
      5,
      'Ingress metric hits above target',
    ],
    [
      'a value of an object for each',
      object({ type: 'AverageValue', averageValue: '5' }),
      values(20_000),
      4,
      'external metric hits(nil) above target',
    ],
  ];
  for (const [what, metric, measured, replicas, reason] of rows) {
    it(`scales by ${what}`, () =>
      expect(look({ metrics: [metric] }, 3, measured).rescale).to.deep.equal({ replicas, reason }));
  }

  it('scales by the memory that pods use, and counts it in powers of two', () => {
    const memory: MetricSpec = {
      type: 'Resource',
      resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '64Mi' } },
    };
    const mebibyte = 1024 * 1024 * 1000;
    const decision = look({ metrics: [memory] }, 2, of(128 * mebibyte, 128 * mebibyte));
    expect(decision.rescale).to.deep.equal({ replicas: 4, reason: 'memory resource above target' });
    expect(decision.currentMetrics?.[0]?.resource?.current).to.deep.equal({ averageValue: '128Mi' });
  });

  it('says of each kind of metric why it has none', () => {
    const pods: MetricSpec = {
      type: 'Pods',
      pods: { metric: { name: 'qps' }, target: { type: 'AverageValue', averageValue: '15' } },
    };
    const container: MetricSpec = {
      type: 'ContainerResource',
      containerResource: {
        name: 'cpu',
        container: 'main',
        target: { type: 'AverageValue', averageValue: '1' },
      },
    };
    const metrics = [
      pods,
      container,
      object({ type: 'Value', value: '1' }),
      external({ type: 'Value', value: '1' }),
    ];
    const problem: Measured = { problem: 'nobody knows' };
    expect(
      look({ metrics }, 3, problem, problem, problem, problem).events.map(({ reason }) => reason),
    ).to.deep.equal([
      'FailedGetPodsMetric',
      'FailedGetContainerResourceMetric',
      'FailedGetObjectMetric',
      'FailedGetExternalMetric',
      'FailedComputeMetricsReplicas',
    ]);
  });
});

describe('the status of an autoscaler', () => {
  it('keeps its conditions in their places, and their times while they are the same', () => {
    const able = { type: 'AbleToScale', status: 'True', reason: 'ReadyForNewScale', message: 'm' } as const;
    const active = {
      type: 'ScalingActive',
      status: 'True',
      reason: 'ValidMetricFound',
      message: 'm',
    } as const;
    const outcome = { replicas: { current: 2, desired: 2 }, isRescaled: false };
    const first = autoscalerStatus(autoscaler(), { ...outcome, conditions: [able, active] }, NOW);
    const got = { ...able, reason: 'SucceededGetScale' };
    const later = { ...outcome, conditions: [got, active, able] };
    expect(autoscalerStatus({ ...autoscaler(), status: first }, later, NOW + 60_000)).to.deep.equal(first);
  });

  it('says when it was scaled last, and keeps that', () => {
    const replicas = { current: 2, desired: 4 };
    const first = autoscalerStatus(autoscaler(), { replicas, conditions: [], isRescaled: true }, NOW);
    expect(first).to.include({
      currentReplicas: 2,
      desiredReplicas: 4,
      lastScaleTime: '2026-01-01T12:00:00Z',
    });
    const known = { ...autoscaler(), status: first };
    expect(autoscalerStatus(known, { conditions: [], isRescaled: false }, NOW + 1)).to.deep.equal(first);
  });
});
