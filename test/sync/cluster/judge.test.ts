import { expect } from 'chai';
import type { KubeClient } from '../../../src/kube/client/client.ts';
import type { KubeObject, ObjectRef } from '../../../src/kube/values/types.ts';
import { judge, NOTHING_SEEN } from '../../../src/sync/cluster/judge.ts';
import { refKey } from '../../../src/sync/plan/refkey.ts';
import { FakeClock } from '../../fakes/clock.ts';

/** Nothing is asked of the cluster about objects that are not workloads and have a status. */
const client = {} as KubeClient;
const { signal } = new AbortController();

const judged = (apiVersion: string, kind: string, status: object) => {
  const clock = new FakeClock();
  const ref: ObjectRef = { apiVersion, kind, namespace: 'shop', name: 'orders' };
  const metadata = { namespace: 'shop', name: 'orders', uid: 'u', generation: 1 };
  const live = new Map<string, KubeObject>([[refKey(ref), { apiVersion, kind, metadata, status }]]);
  return {
    clock,
    look: (seen = NOTHING_SEEN) => judge(client, [ref], live, { seen, clock, signal }),
  };
};

describe('an object that reports that it failed', () => {
  it('has to do so for 5 s where its kind is a custom one', async () => {
    const { clock, look } = judged('db.example.com/v1', 'Database', { phase: 'Failed' });
    const first = await look();
    expect(first.verdict.state).to.equal('Progressing');
    expect(first.settlesMs).to.equal(5_000);
    await clock.advance(5_000);
    expect((await look(first.seen)).verdict.state).to.equal('Degraded');
  });

  it('has failed at once where its kind is built in and has a rule', async () => {
    const { look } = judged('v1', 'PersistentVolumeClaim', { phase: 'Lost' });
    expect((await look()).verdict.state).to.equal('Degraded');
  });
});
