import { expect } from 'chai';
import { createFailedPodBackOff } from '../../../../src/orchestrator/controllers/daemonset/backoff.ts';
import { eligibility } from '../../../../src/orchestrator/controllers/daemonset/eligible.ts';
import { daemonSetStatus } from '../../../../src/orchestrator/controllers/daemonset/status.ts';
import {
  isUpdated,
  newPod,
  targetNode,
} from '../../../../src/orchestrator/controllers/daemonset/template.ts';
import { FakeClock } from '../../../fakes/clock.ts';
import { daemonSet, node, observed } from './notation.ts';

const RUNS = { runs: true, stays: true };
const NEVER = { runs: false, stays: false };

describe('a pod of a daemon set', () => {
  it('is bound to its node by the name of it, in the place of other terms, and keeps the rest of its affinity', () => {
    const term = { matchExpressions: [{ key: 'disk', operator: 'Exists' }] };
    const affinity = {
      podAffinity: {},
      nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } },
    };
    const pod = newPod(daemonSet({}, { affinity }), 'n1', 'hash');
    const named = { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n1'] }] };
    expect(pod.spec.affinity).to.deep.equal({
      podAffinity: {},
      nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [named] } },
    });
    expect(targetNode(pod)).to.equal('n1');
    expect(targetNode({ ...pod, spec: { ...pod.spec, nodeName: 'n2' } })).to.equal('n2');
    expect(targetNode({ ...pod, spec: { containers: [] } })).to.equal(undefined);
  });

  it('tolerates the troubles of its node for ever, and its network where it shares it', () => {
    const short = {
      key: 'node.kubernetes.io/not-ready',
      operator: 'Exists',
      effect: 'NoExecute',
      tolerationSeconds: 5,
    };
    const tolerations = (podSpec: object) =>
      (newPod(daemonSet({}, podSpec), 'n1', 'hash').spec.tolerations ?? []).map(
        ({ key = '', effect, tolerationSeconds }) =>
          `${key.split('/')[1]} ${effect} ${tolerationSeconds ?? ''}`.trim(),
      );
    const always = [
      'not-ready NoExecute',
      'unreachable NoExecute',
      'disk-pressure NoSchedule',
      'memory-pressure NoSchedule',
      'pid-pressure NoSchedule',
      'unschedulable NoSchedule',
    ];
    expect(tolerations({})).to.deep.equal(always);
    expect(tolerations({ tolerations: [short] })).to.deep.equal(always);
    expect(tolerations({ hostNetwork: true })).to.deep.equal([...always, 'network-unavailable NoSchedule']);
  });

  it('is up to date by the hash of its template, or by its number', () => {
    const numbered = daemonSet();
    const annotations = { 'deprecated.daemonset.template.generation': '3' };
    const set = { ...numbered, metadata: { ...numbered.metadata, annotations } };
    expect(isUpdated(set, newPod(numbered, 'n1', 'hash'), 'hash')).to.equal(true);
    expect(isUpdated(set, newPod(numbered, 'n1', 'other'), 'hash')).to.equal(false);
    expect(isUpdated(set, newPod(set, 'n1', 'other'), 'hash')).to.equal(true);
  });
});

describe('a node of a daemon set', () => {
  it('is one that its selector, its affinity and its own name allow', () => {
    const chosen = daemonSet({}, { nodeSelector: { disk: 'fast' } });
    expect(eligibility(chosen, node('n1 disk:fast'))).to.deep.equal(RUNS);
    expect(eligibility(chosen, node('n1'))).to.deep.equal(NEVER);
    expect(eligibility(daemonSet({}, { nodeName: 'n1' }), node('n1'))).to.deep.equal(RUNS);
    expect(eligibility(daemonSet({}, { nodeName: 'n1' }), node('n2'))).to.deep.equal(NEVER);
  });

  it('is one whose taints are tolerated', () => {
    expect(eligibility(daemonSet(), node('n1 PreferNoSchedule=gpu'))).to.deep.equal(RUNS);
    expect(eligibility(daemonSet(), node('n1 NoSchedule=gpu'))).to.deep.equal({ runs: false, stays: true });
    expect(eligibility(daemonSet(), node('n1 NoExecute=gpu'))).to.deep.equal(NEVER);
    expect(eligibility(daemonSet(), node('n1 NoSchedule=node.kubernetes.io/unschedulable'))).to.deep.equal(
      RUNS,
    );
    const everything = daemonSet({}, { tolerations: [{ operator: 'Exists' }] });
    expect(eligibility(everything, node('n1 NoExecute=gpu'))).to.deep.equal(RUNS);
  });
});

describe('the status of a daemon set', () => {
  it('counts nodes, by the pod of each that is kept', () => {
    const nodes = ['n1', 'n2', 'n3', 'n4', 'n5 NoSchedule=gpu'];
    const pods = ['n1 ready', 'n1 running old', 'n2 running old', 'n3 fresh', 'n5 ready'];
    expect(daemonSetStatus(observed(daemonSet({ minReadySeconds: 10 }), nodes, pods), 2, 7)).to.deep.equal({
      collisionCount: 2,
      observedGeneration: 7,
      desiredNumberScheduled: 4,
      currentNumberScheduled: 3,
      numberMisscheduled: 1,
      numberReady: 2,
      updatedNumberScheduled: 2,
      numberAvailable: 1,
      numberUnavailable: 3,
    });
  });
});

describe('the back-off of failed pods', () => {
  it('doubles from a second for each node, starts over after a change of the set, and after half an hour without failures', async () => {
    const clock = new FakeClock();
    const failures = createFailedPodBackOff(clock);
    const set = { ...daemonSet(), status: { observedGeneration: 1 } } as ReturnType<typeof daemonSet>;
    expect(failures.leftMs(set, 'n1')).to.equal(0);
    failures.count(set, 'n1');
    expect(failures.leftMs(set, 'n1')).to.equal(1000);
    expect(failures.leftMs(set, 'n2')).to.equal(0);
    failures.count(set, 'n1');
    expect(failures.leftMs(set, 'n1')).to.equal(2000);
    const changed = { ...set, status: { ...set.status, observedGeneration: 2 } } as typeof set;
    expect(failures.leftMs(changed, 'n1')).to.equal(0);
    for (let i = 0; i < 20; i++) failures.count(set, 'n1');
    expect(failures.leftMs(set, 'n1')).to.equal(15 * 60_000);
    await clock.advance(30 * 60_000 + 1);
    failures.count(set, 'n1');
    expect(failures.leftMs(set, 'n1')).to.equal(1000);
  });
});
