import { expect } from 'chai';
import type { Pod } from '../../../../src/kube/kinds/objects.data.ts';
import {
  isProblem,
  type PodMetrics,
  type Problematic,
} from '../../../../src/orchestrator/controllers/horizontalpodautoscaler/measured.ts';
import {
  byAverage,
  byShare,
  byUtilization,
  byValue,
  type Wanted,
} from '../../../../src/orchestrator/controllers/horizontalpodautoscaler/replicas.ts';
import { podRequests } from '../../../../src/orchestrator/controllers/horizontalpodautoscaler/requests.ts';
import { NOW } from '../notation.ts';
import { all, scaled, TOLERANCES, used } from './notation.ts';

const pass = (current: number, pods: readonly Pod[], tolerances = TOLERANCES) => ({
  current,
  pods,
  tolerances,
  now: NOW,
});
/** `5 at 60%`, `5 at 60% (600m)` with the average; the problem where there is one. */
const said = (wanted: Problematic<Wanted>): string =>
  isProblem(wanted)
    ? wanted.problem
    : `${wanted.replicas} at ${wanted.utilization === undefined ? `${wanted.usage}m` : `${wanted.utilization}%`}`;

/** What the utilization of processors asks for. */
const cpuOf = (current: number, pods: readonly Pod[], metrics: PodMetrics, target: number, container = '') =>
  said(byUtilization(pass(current, pods), 'cpu', metrics, podRequests(pods, 'cpu', container), target));

/** Kubernetes `podautoscaler/replica_calculator_test.go`, where a test there is one here. */
describe('replicas by the utilization of a resource', () => {
  const of1 = (count: number) => all(count, { cpu: ['1'] });

  it('grow and shrink with the ratio to the target, rounded up', () => {
    expect(cpuOf(3, of1(3), used(300, 500, 700), 30)).to.equal('5 at 50%');
    expect(cpuOf(5, of1(5), used(100, 300, 500, 250, 250), 50)).to.equal('3 at 28%');
    expect(cpuOf(3, of1(3), used(1010, 1030, 1020), 100)).to.equal('3 at 102%');
  });

  it('stay within a tolerance, which has two sides', () => {
    expect(cpuOf(3, of1(3), used(1090, 1090, 1090), 100)).to.equal('3 at 109%');
    expect(cpuOf(3, of1(3), used(1110, 1110, 1110), 100)).to.equal('4 at 111%');
    const wide = pass(3, of1(3), { down: 0.5, up: 0.1 });
    const requests = podRequests(of1(3), 'cpu', '');
    expect(said(byUtilization(wide, 'cpu', used(550, 550, 550), requests, 100))).to.equal('3 at 55%');
    expect(said(byUtilization(wide, 'cpu', used(400, 400, 400), requests, 100))).to.equal('2 at 40%');
  });

  it('count pods that are not ready as idle when they would grow, and not at all when they would shrink', () => {
    const [a, b] = of1(2) as [Pod, Pod];
    const starting = scaled('p2', { isReady: false, started: 60, changed: 60 });
    expect(cpuOf(3, [starting, b, scaled('p0')], used(500, 700, 300), 30)).to.equal('4 at 60%');
    expect(cpuOf(2, [a, starting], used(300, undefined, 500), 30)).to.equal('2 at 30%');
    expect(cpuOf(3, [a, b, starting], used(100, 100, 500), 50)).to.equal('1 at 10%');
  });

  it('do not grow where idle pods would turn the ratio round', () => {
    const pending = [1, 2].map((i) => scaled(`p${i}`, { phase: 'Pending' }));
    expect(cpuOf(3, [scaled('p0'), ...pending], used(900), 50)).to.equal('3 at 90%');
  });

  it('take a pod without metrics for busy when they would shrink, and for idle when they would grow', () => {
    expect(cpuOf(3, of1(3), used(100, undefined, undefined), 100)).to.equal('3 at 10%');
    expect(cpuOf(4, of1(4), used(100, 100, 100, undefined), 50)).to.equal('3 at 10%');
    expect(cpuOf(2, of1(2), used(1000, undefined), 20)).to.equal('5 at 100%');
    expect(cpuOf(2, of1(2), used(300, undefined), 150)).to.equal('2 at 30%');
  });

  it('forget pods that have failed or are leaving', () => {
    const gone = [scaled('p2', { phase: 'Failed' }), scaled('p3', { isLeaving: true })];
    expect(cpuOf(2, [...of1(2), ...gone], used(500, 700, 900, 900), 50)).to.equal('3 at 60%');
  });

  it('believe a pod that has just become ready once a whole window was measured since', () => {
    const of = (changed: number) =>
      cpuOf(2, [scaled('p0', { started: 120, changed }), scaled('p1')], used(900, 900), 50);
    expect(of(60)).to.equal('4 at 90%');
    expect(of(10)).to.equal('2 at 90%');
  });

  it('believe a pod that is not ready any more, and not one that never was', () => {
    const of = (changed: number) =>
      cpuOf(1, [scaled('p0', { isReady: false, started: 600, changed })], used(900), 50);
    expect(of(100)).to.equal('2 at 90%');
    expect(of(590)).to.equal('did not receive metrics for targeted pods (pods might be unready)');
  });

  it('are of one container where one is named', () => {
    const pods = all(2, { cpu: ['1', '500m'] });
    expect(cpuOf(2, pods, used(1000, 1000), 50, 'c1')).to.equal('8 at 200%');
    expect(cpuOf(2, pods, used(1500, 1500), 50)).to.equal('4 at 100%');
    expect(cpuOf(2, pods, used(1000, 1000), 50, 'none')).to.equal('container none not found in Pod p0');
  });

  it('are of what a pod as a whole asks for, where it does', () => {
    const [pod] = all(1, { cpu: [''] }) as [Pod];
    const whole = { ...pod, spec: { ...pod.spec, resources: { requests: { cpu: '2' } } } };
    expect(cpuOf(1, [whole], used(2000), 50)).to.equal('2 at 100%');
  });

  it('say what is missing', () => {
    expect(cpuOf(1, all(1, { cpu: ['1', ''] }), used(1), 50)).to.equal(
      'missing request for cpu in container c1 of Pod p0',
    );
    expect(cpuOf(1, [], used(1), 50)).to.equal(
      'no pods returned by selector while calculating replica count',
    );
    expect(cpuOf(1, all(1), used(), 50)).to.equal(
      'did not receive metrics for targeted pods (pods might be unready)',
    );
  });
});

describe('replicas by other values', () => {
  const average = (current: number, metrics: PodMetrics, target: number, pods = all(current)) =>
    said(byAverage(pass(current, pods), '', metrics, target));

  it('follow the average of the pods', () => {
    expect(average(3, used(20_000, 10_000, 30_000), 15_000)).to.equal('4 at 20000m');
    expect(average(5, used(12_000, 12_000, 12_000, 12_000, 12_000), 20_000)).to.equal('3 at 12000m');
    expect(average(3, used(20_000, 19_000, 21_000), 20_000)).to.equal('3 at 20000m');
  });

  it('count readiness for processors alone', () => {
    const pods = [scaled('p0'), scaled('p1', { isReady: false, started: 30, changed: 30 })];
    expect(average(2, used(20_000, 20_000), 10_000, pods)).to.equal('4 at 20000m');
  });

  it('count a pod without a value as one at its target when they would shrink', () => {
    expect(average(3, used(1_000, 1_000, undefined), 10_000)).to.equal('2 at 1000m');
    expect(average(3, used(12_000, undefined, undefined), 10_000)).to.equal('3 at 12000m');
  });

  it('follow one value by the pods that are ready for it', () => {
    expect(said(byValue(pass(3, all(3)), 20_000, 15_000))).to.equal('4 at 20000m');
    const half = [scaled('p0'), scaled('p1', { isReady: false })];
    expect(said(byValue(pass(2, half), 40_000, 10_000))).to.equal('4 at 40000m');
    expect(said(byValue(pass(3, all(3)), 10_500, 10_000))).to.equal('3 at 10500m');
    expect(said(byValue(pass(0, []), 2_500, 1_000))).to.equal('3 at 2500m');
  });

  it('share one value among them', () => {
    expect(said(byShare(pass(3, []), 3, 8_600, 2_000))).to.equal('5 at 2867m');
    expect(said(byShare(pass(3, []), 3, 6_300, 2_000))).to.equal('3 at 2100m');
    expect(said(byShare(pass(3, []), 0, 6_300, 2_000))).to.equal('4 at 6300m');
  });
});
