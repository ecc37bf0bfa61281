import { expect } from 'chai';
import type { Pod, PodDisruptionBudget } from '../../../src/kube/kinds/objects.data.ts';
import { place } from '../../../src/orchestrator/scheduler/decide.ts';
import { podInfo } from '../../../src/orchestrator/scheduler/podinfo.ts';
import { preempt } from '../../../src/orchestrator/scheduler/preempt.ts';
import { PROFILES } from '../../../src/orchestrator/scheduler/profiles.ts';
import { isPreempted } from '../../../src/orchestrator/scheduler/refuse.ts';
import { clusterOf, inZone, node, pod, required, type Situation, term, ZONE } from './notation.ts';

interface Told extends Situation {
  readonly budgets?: readonly PodDisruptionBudget[];
  /** The node that the pod is promised. */
  readonly promised?: string;
}

/** `a: low, lower`: who makes way where; or why nobody does. */
function makesWay(one: Pod, { budgets = [], promised, ...situation }: Told): string {
  const cluster = clusterOf(situation);
  const info = podInfo(one);
  if (promised) cluster.nominate(info, promised);
  const placement = place(info, cluster, PROFILES.spread);
  if (placement.type === 'bind') return `goes to ${placement.node}`;
  const found = preempt(info, placement, cluster, budgets, isPreempted);
  if (found.type !== 'nominate') return found.message;
  return `${found.node}: ${found.victims.map((victim) => victim.pod.metadata.name).join(', ')}`;
}

/** Of so many cores and such a priority; started in that minute. */
const using = (
  name: string,
  cpu: string,
  priority: number,
  more: Parameters<typeof pod>[1] = {},
  minute = 0,
) =>
  pod(name, {
    asks: { cpu },
    ...more,
    spec: { priority, ...more.spec },
    status: { startTime: `2026-01-01T00:${String(minute).padStart(2, '0')}:00Z`, ...more.status },
  });
const budget = (app: string, disruptionsAllowed: number, more: object = {}): PodDisruptionBudget => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: app, namespace: 'default' },
  spec: { selector: { matchLabels: { app } } },
  status: { currentHealthy: 1, desiredHealthy: 1, expectedPods: 1, disruptionsAllowed, ...more },
});
const urgent = using('urgent', '2', 100);
const useless = (message: string) => `preemption: 0/1 nodes are available: 1 ${message}.`;

describe('the scheduler, for a pod that fits nowhere', () => {
  it('has as few and as unimportant pods make way as will do', () => {
    const only = [node('a')];
    const on = (...a: readonly Pod[]) => makesWay(urgent, { nodes: only, pods: { a } });
    expect(on(using('low', '2', 1), using('lower', '2', 0))).to.equal('a: lower');
    expect(on(using('one', '1', 1), using('two', '1', 2), using('three', '2', 3))).to.equal('a: two, one');
    expect(on(using('big', '4', 1))).to.equal('a: big');
    // Of equal priority, the one that has run for a shorter time.
    expect(on(using('old', '2', 0, {}, 1), using('new', '2', 0, {}, 5))).to.equal('a: new');
  });

  it('asks nobody of the same priority or a higher one', () => {
    const situation = { nodes: [node('a')], pods: { a: [using('peer', '4', 100)] } };
    expect(makesWay(urgent, situation)).to.equal(useless('No preemption victims found for incoming pod'));
    const mixed = { nodes: [node('a')], pods: { a: [using('peer', '3', 100), using('low', '1', 0)] } };
    expect(makesWay(urgent, mixed)).to.equal(useless('Insufficient cpu'));
  });

  it('asks nobody where it would not help: another reason, or more than the node has', () => {
    const unhelpful = useless('Preemption is not helpful for scheduling');
    const pods = { a: [using('low', '4', 0)] };
    const tainted = node('a', { spec: { taints: [{ key: 'x', effect: 'NoSchedule' }] } });
    expect(makesWay(urgent, { nodes: [tainted], pods })).to.equal(unhelpful);
    expect(makesWay(using('huge', '8', 100), { nodes: [node('a')], pods })).to.equal(unhelpful);
    const choosy = using('p', '2', 100, { spec: { nodeSelector: { disk: 'ssd' } } });
    expect(makesWay(choosy, { nodes: [node('a')], pods })).to.equal(unhelpful);
  });

  it('asks nobody for a pod that says so', () => {
    const polite = using('polite', '2', 100, { spec: { preemptionPolicy: 'Never' } });
    expect(makesWay(polite, { nodes: [node('a')], pods: { a: [using('low', '4', 0)] } })).to.equal(
      'preemption: not eligible due to preemptionPolicy=Never.',
    );
  });

  it('waits for those that make way already, and asks others where that node is of no use any more', () => {
    const going = using('going', '4', 0);
    const preempted: Pod = {
      ...going,
      metadata: { ...going.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' },
      status: { conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler' }] },
    };
    const pods = { a: [preempted], b: [using('low', '4', 0)] };
    expect(makesWay(urgent, { nodes: [node('a'), node('b')], pods, promised: 'a' })).to.equal(
      'preemption: not eligible due to a terminating pod on the nominated node.',
    );
    const cordoned = node('a', { spec: { unschedulable: true } });
    expect(makesWay(urgent, { nodes: [cordoned, node('b')], pods, promised: 'a' })).to.equal('b: low');
  });

  it('spares pods that a disruption budget protects, unless nothing else helps', () => {
    const web = (name: string, priority: number) => using(name, '2', priority, { labels: { app: 'web' } });
    const pods = { a: [web('web', 0), using('db', '2', 5)] };
    const one = { nodes: [node('a')], pods };
    expect(makesWay(urgent, one)).to.equal('a: web');
    expect(makesWay(urgent, { ...one, budgets: [budget('web', 1)] })).to.equal('a: web');
    expect(makesWay(urgent, { ...one, budgets: [budget('web', 0)] })).to.equal('a: db');
    // It has been evicted a moment ago, and is counted.
    const counted = budget('web', 0, { disruptedPods: { web: '2026-01-01T00:00:00Z' } });
    expect(makesWay(urgent, { ...one, budgets: [counted] })).to.equal('a: web');
    const both = { a: [web('web', 0)], b: [using('db', '4', 50)] };
    const nodes = [node('a', { has: { cpu: '2' } }), node('b')];
    expect(makesWay(urgent, { nodes, pods: both, budgets: [budget('web', 0)] })).to.equal('b: db');
    expect(
      makesWay(urgent, { nodes: nodes.slice(0, 1), pods: { a: both.a }, budgets: [budget('web', 0)] }),
    ).to.equal('a: web');
  });

  it('chooses the node where the least is lost: by the highest priority, the sum, the number, the age', () => {
    const nodes = [node('a'), node('b')];
    const between = (a: readonly Pod[], b: readonly Pod[]) =>
      makesWay(using('p', '4', 100), { nodes, pods: { a, b } });
    expect(between([using('x', '4', 5)], [using('y', '4', 3)])).to.equal('b: y');
    expect(
      between([using('x', '2', 5), using('x2', '2', 4)], [using('y', '2', 5), using('y2', '2', 3)]),
    ).to.equal('b: y, y2');
    expect(between([using('x', '2', 5), using('x2', '2', 0)], [using('y', '4', 5)])).to.equal('b: y');
    expect(between([using('x', '4', 5, {}, 1)], [using('y', '4', 5, {}, 7)])).to.equal('b: y');
    expect(between([using('x', '4', 5)], [using('y', '4', 5)])).to.equal('a: x');
  });

  it('has pods make way that keep away from it, or crowd its domain', () => {
    const web = { app: 'web' };
    const hermit = using('hermit', '1', 0, {
      spec: { affinity: { podAntiAffinity: required(term(web, ZONE)) } },
    });
    const nodes = [node('a', { labels: inZone('1') })];
    const one = using('p', '1', 100, { labels: web });
    expect(makesWay(one, { nodes, pods: { a: [hermit, using('other', '1', 0)] } })).to.equal('a: hermit');
    const topologySpreadConstraints = [
      {
        maxSkew: 1,
        topologyKey: ZONE,
        whenUnsatisfiable: 'DoNotSchedule',
        labelSelector: { matchLabels: web },
      },
    ];
    const even = using('p', '1', 100, { labels: web, spec: { topologySpreadConstraints } });
    const zones = [...nodes, node('b', { labels: inZone('2'), spec: { unschedulable: true } })];
    const crowd = [using('q', '1', 0, { labels: web }), using('other', '1', 0)];
    expect(makesWay(even, { nodes: zones, pods: { a: crowd } })).to.equal('a: q');
  });

  it('keeps what is promised to a pod from those that are not more important', () => {
    const cluster = clusterOf({ nodes: [node('a')] });
    cluster.nominate(podInfo(using('promised', '3', 10)), 'a');
    const fits = (one: Pod) => place(podInfo(one), cluster, PROFILES.spread).type === 'bind';
    expect(fits(using('p', '2', 5))).to.equal(false);
    expect(fits(using('p', '2', 10))).to.equal(false);
    expect(fits(using('p', '1', 5))).to.equal(true);
    expect(fits(using('p', '2', 11))).to.equal(true);
    expect(fits(using('promised', '3', 10))).to.equal(true);
  });
});
