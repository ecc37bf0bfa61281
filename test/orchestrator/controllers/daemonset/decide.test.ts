import { expect } from 'chai';
import type { IntOrString } from '../../../../src/kube/kinds/objects.data.ts';
import { decideDaemonSet } from '../../../../src/orchestrator/controllers/daemonset/decide.ts';
import { daemonSet, observed, steps } from './notation.ts';

const TWO = ['n1', 'n2'];
const THREE = ['n1', 'n2', 'n3'];
const OLD = ['n1 ready old', 'n2 ready old', 'n3 ready old'];
const rolling = (maxUnavailable: IntOrString, maxSurge: IntOrString = 0) => ({
  updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable, maxSurge } },
});
const SURGE = rolling(0, 1);

describe('a daemon set', () => {
  const rows: readonly [string, object, readonly string[], readonly string[], readonly string[]][] = [
    ['makes a pod for each node', {}, TWO, [], ['+n1', '+n2']],
    ['makes one for a new node', {}, TWO, ['n1 ready'], ['+n2']],
    ['makes no second one while the first waits for its node', {}, TWO, ['n1 ready', 'n2 waiting'], []],
    ['waits for a pod to be gone before it makes another', {}, ['n1'], ['n1 leaving'], []],
    ['makes another beside one that has ended and is being deleted', {}, ['n1'], ['n1 ended'], ['+n1']],
    ['replaces a pod that failed', {}, ['n1'], ['n1 failed'], ['-n1 new']],
    ['replaces a pod that ended well', {}, ['n1'], ['n1 succeeded'], ['-n1 new']],
    [
      'keeps the oldest of several pods, on the node rather than waiting',
      {},
      ['n1'],
      ['n1 waiting', 'n1 ready', 'n1 ready old'],
      ['-n1 old', '-n1 new'],
    ],
    [
      'takes away pods that wait for a node that is gone',
      {},
      ['n1'],
      ['n1 ready', 'n2 waiting'],
      ['-n2 new'],
    ],
    ['leaves pods on a node that is gone to others', {}, ['n1'], ['n1 ready', 'n2 ready'], []],
    ['makes none where a taint keeps it away', {}, ['n1', 'n2 NoSchedule=gpu'], ['n1 ready'], []],
    [
      'leaves one that is there where a taint keeps new ones away',
      {},
      ['n1 NoSchedule=gpu'],
      ['n1 ready'],
      [],
    ],
    ['takes one away where a taint drives it out', {}, ['n1 NoExecute=gpu'], ['n1 ready'], ['-n1 new']],
    ['updates as many as may be missing', {}, THREE, OLD, ['-n1 old']],
    ['updates two where two may be missing', rolling(2), THREE, OLD, ['-n1 old', '-n2 old']],
    ['rounds a percentage up', rolling('34%'), THREE, OLD, ['-n1 old', '-n2 old']],
    ['waits while a new pod is not available', {}, THREE, ['n1 running', 'n2 ready old', 'n3 ready old'], []],
    [
      'waits until a new pod was ready long enough',
      { minReadySeconds: 10 },
      THREE,
      ['n1 fresh', 'n2 ready old', 'n3 ready old'],
      [],
    ],
    [
      'updates the next when the one before is available',
      {},
      THREE,
      ['n1 ready', 'n2 ready old', 'n3 ready old'],
      ['-n2 old'],
    ],
    ['waits while an old pod goes', {}, THREE, ['n1 leaving old', 'n2 ready old', 'n3 ready old'], []],
    [
      'updates what does not work in any case',
      {},
      THREE,
      ['n1 ready old', 'n2 running old', 'n3 running old'],
      ['-n2 old', '-n3 old'],
    ],
    ['surges on as many nodes as it may', SURGE, THREE, OLD, ['+n1']],
    ['waits while the new pod is not available', SURGE, THREE, [...OLD, 'n1 running'], []],
    ['takes the old pod away when the new one is available', SURGE, THREE, [...OLD, 'n1 ready'], ['-n1 old']],
    [
      'surges at once where the old pod does not work',
      SURGE,
      THREE,
      ['n1 ready old', 'n2 running old', 'n3 running old'],
      ['+n2', '+n3', '+n1'],
    ],
    [
      'takes an old pod away that is not ready beside a new one',
      SURGE,
      ['n1'],
      ['n1 running old', 'n1 running'],
      ['-n1 old'],
    ],
    ['makes a pod at once beside one that goes, where it may surge', SURGE, ['n1'], ['n1 leaving'], ['+n1']],
    ['takes a third pod away', SURGE, ['n1'], ['n1 ready old', 'n1 running', 'n1 running'], ['-n1 new']],
    [
      'keeps an old pod where none should be until others make up for it',
      SURGE,
      ['n1 NoSchedule=gpu', 'n2'],
      ['n1 ready old', 'n2 running'],
      [],
    ],
    [
      'takes an old pod away where none should be when others make up for it',
      SURGE,
      ['n1 NoSchedule=gpu', 'n2'],
      ['n1 ready old', 'n2 ready'],
      ['-n1 old'],
    ],
    [
      'takes a broken old pod away where none should be',
      SURGE,
      ['n1 NoSchedule=gpu', 'n2'],
      ['n1 running old', 'n2 ready'],
      ['-n1 old'],
    ],
    [
      'updates nothing by itself where that is not asked for',
      { updateStrategy: { type: 'OnDelete' } },
      THREE,
      OLD,
      [],
    ],
  ];
  for (const [rule, spec, nodes, pods, expected] of rows) {
    it(rule, () => expect(steps(daemonSet(spec), nodes, pods)).to.deep.equal(expected));
  }

  it('leaves a failed pod as long as its back-off lasts, and comes back then', () => {
    const kept = observed(daemonSet({ updateStrategy: { type: 'OnDelete' } }), ['n1'], ['n1 failed']);
    expect(decideDaemonSet(kept, () => 4000)).to.deep.equal({ actions: [], afterMs: 4000 });
  });

  it('comes back when a pod will have been ready long enough', () => {
    const fresh = observed(daemonSet({ minReadySeconds: 10 }), ['n1'], ['n1 fresh']);
    expect(decideDaemonSet(fresh, () => 0).afterMs).to.equal(5000);
  });

  it('makes 250 pods at a time', () => {
    const nodes = Array.from({ length: 300 }, (_, i) => `n${i}`);
    expect(steps(daemonSet(), nodes, [])).to.have.length(250);
  });
});
