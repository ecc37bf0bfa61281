import { expect } from 'chai';
import type { Informer, Listener } from '../../../src/kube/client/informer.ts';
import type { Pod } from '../../../src/kube/kinds/objects.data.ts';
import type { KubeObject } from '../../../src/kube/values/types.ts';
import { follow } from '../../../src/orchestrator/scheduler/follow.ts';
import type { SchedulingQueue } from '../../../src/orchestrator/scheduler/queue.ts';
import { clusterOf, node, pod } from './notation.ts';

/** An informer that tells what the test says. */
function told<T extends KubeObject>() {
  let listener: Listener<T> = {};
  const informer = {
    listen(given: Listener<T>) {
      listener = given;
      return () => {};
    },
  } as Informer<T>;
  return { informer, tell: () => listener };
}

describe('what the scheduler keeps of a pod on a node', () => {
  const before: Pod = {
    ...pod('web', { labels: { app: 'web' }, spec: { nodeName: 'n' } }),
    status: { phase: 'Pending' },
  };
  const known = (change: (pod: Pod) => Pod) => {
    const cluster = clusterOf({ nodes: [node('n')] });
    const pods = told<Pod>();
    follow({
      pods: pods.informer,
      nodes: told().informer as never,
      namespaces: told().informer as never,
      cluster,
      queue: { remove() {}, add() {} } as unknown as SchedulingQueue,
      wake() {},
      assumed: new Map(),
      evicted: new Set(),
    });
    pods.tell().add?.(before);
    const was = cluster.node('n')?.pods.get('default/web');
    pods.tell().update?.(change(before), before);
    return { was, is: cluster.node('n')?.pods.get('default/web') };
  };
  const { metadata } = before;

  it('is not found out again when its status alone changes', () => {
    const { was, is } = known((one) => ({ ...one, status: { phase: 'Running' } }));
    expect(is?.pod).to.equal(before);
    expect(is).to.equal(was);
  });

  const CHANGES: readonly (readonly [what: string, change: (pod: Pod) => Pod])[] = [
    ['labels', (one) => ({ ...one, metadata: { ...metadata, labels: { app: 'db' } } })],
    ['controller', (one) => ({ ...one, metadata: { ...metadata, ownerReferences: [] } })],
    ['end', (one) => ({ ...one, metadata: { ...metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } })],
    ['requests', (one) => ({ ...one, spec: { ...one.spec, containers: [{ name: 'other' }] } })],
    [
      'start, by which victims are chosen,',
      (one) => ({ ...one, status: { startTime: '2026-01-01T00:00:00Z' } }),
    ],
  ];
  for (const [what, change] of CHANGES)
    it(`is found out again when its ${what} changes`, () => {
      const { was, is } = known(change);
      expect(is).to.not.equal(was);
      expect(is).to.not.equal(undefined);
    });

  it('is nothing once it has finished', () => {
    expect(known((one) => ({ ...one, status: { phase: 'Succeeded' } })).is).to.equal(undefined);
  });
});
