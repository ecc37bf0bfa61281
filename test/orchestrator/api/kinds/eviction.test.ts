import { expect } from 'chai';
import type { Pod, PodDisruptionBudget } from '../../../../src/kube/kinds/objects.data.ts';
import { POD_DISRUPTION_BUDGETS, PODS } from '../../../../src/kube/kinds/resources.data.ts';
import { StatusError } from '../../../../src/kube/values/status.ts';
import { pod, refusal } from '../notation.ts';
import { useTestApi } from '../suite.ts';

describe('an eviction', () => {
  const cluster = useTestApi();

  const key = (name: string) => ({ namespace: 'default', name });
  const evict = (name: string, deleteOptions = {}) =>
    cluster.client.create(
      PODS,
      { apiVersion: 'policy/v1', kind: 'Eviction', metadata: key(name), deleteOptions } as never,
      { subresource: 'eviction' },
    );

  /** A pod that runs on a node, so that a deletion marks it. */
  async function running(name: string, ready: boolean): Promise<void> {
    const plain = pod(name, { nodeName: 'n1' });
    const created = await cluster.client.create(PODS, {
      ...plain,
      metadata: { ...plain.metadata, labels: { app: 'web' } },
    });
    const conditions = [{ type: 'Ready', status: ready ? 'True' : 'False' }] as const;
    await cluster.client.update(
      PODS,
      { ...created, status: { ...created.status, phase: 'Running', conditions } } as Pod,
      { subresource: 'status' },
    );
  }

  async function budget(
    name: string,
    disruptionsAllowed: number,
    more: object = {},
    spec: object = {},
  ): Promise<void> {
    const created = await cluster.client.create(POD_DISRUPTION_BUDGETS, {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: key(name),
      spec: { minAvailable: 1, selector: { matchLabels: { app: 'web' } }, ...spec },
    } as PodDisruptionBudget);
    const status = {
      currentHealthy: 2,
      desiredHealthy: 1,
      expectedPods: 2,
      observedGeneration: 1,
      disruptionsAllowed,
      ...more,
    };
    await cluster.client.update(POD_DISRUPTION_BUDGETS, { ...created, status }, { subresource: 'status' });
  }

  const refused = (work: Promise<unknown>) =>
    work.then(
      () => expect.fail('evicted'),
      (error: unknown) => (error instanceof StatusError ? error.status : undefined),
    );

  it('marks the pod, says in a condition why, and spends one of what the budget allows', async () => {
    await running('a', true);
    await budget('web', 1);
    await evict('a', { gracePeriodSeconds: 7 });
    const { metadata, status } = await cluster.client.get(PODS, key('a'));
    expect(metadata.deletionGracePeriodSeconds).to.equal(7);
    expect(status?.conditions?.find(({ type }) => type === 'DisruptionTarget')).to.include({
      status: 'True',
      reason: 'EvictionByEvictionAPI',
    });
    const after = await cluster.client.get(POD_DISRUPTION_BUDGETS, key('web'));
    expect(after.status?.disruptionsAllowed).to.equal(0);
    expect(after.status?.disruptedPods).to.have.property('a');
  });

  it('is refused with 429 and its cause when the budget allows none', async () => {
    await running('a', true);
    await budget('web', 0, { currentHealthy: 1 });
    const status = await refused(evict('a'));
    expect(status).to.deep.include({
      code: 429,
      reason: 'TooManyRequests',
      message: "Cannot evict pod as it would violate the pod's disruption budget.",
      details: {
        causes: [
          {
            reason: 'DisruptionBudget',
            message: 'The disruption budget web needs 1 healthy pods and has 1 currently',
          },
        ],
      },
    });
    expect((await cluster.client.get(PODS, key('a'))).metadata).not.to.have.property('deletionTimestamp');
  });

  it('waits for a budget that nobody has counted yet', async () => {
    await running('a', true);
    await budget('web', 1, { observedGeneration: 0 });
    expect((await refused(evict('a')))?.details).to.include({ retryAfterSeconds: 10 });
  });

  it('lets only as many go at once as the budget allows', async () => {
    for (const name of ['a', 'b', 'c']) await running(name, true);
    await budget('web', 1);
    const outcomes = await Promise.allSettled(['a', 'b', 'c'].map((name) => evict(name)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
  });

  it('spends nothing in a dry run', async () => {
    await running('a', true);
    await budget('web', 1);
    await evict('a', { dryRun: ['All'] });
    expect(
      (await cluster.client.get(POD_DISRUPTION_BUDGETS, key('web'))).status?.disruptionsAllowed,
    ).to.equal(1);
    expect((await cluster.client.get(PODS, key('a'))).metadata).not.to.have.property('deletionTimestamp');
  });

  it('of a pod that is not ready spends nothing while enough others are, or where the budget always allows that', async () => {
    await running('a', false);
    await budget('web', 0, { currentHealthy: 1 });
    await evict('a');
    await running('b', false);
    await cluster.client.delete(POD_DISRUPTION_BUDGETS, key('web'));
    await budget('strict', 0, { currentHealthy: 0 });
    expect((await refused(evict('b')))?.code).to.equal(429);
    await cluster.client.delete(POD_DISRUPTION_BUDGETS, key('strict'));
    await budget('lax', 0, { currentHealthy: 0 }, { unhealthyPodEvictionPolicy: 'AlwaysAllow' });
    await evict('b');
  });

  it('asks no budget for a pod that has ended or never ran, and refuses one that two guard', async () => {
    await cluster.client.create(PODS, { ...pod('new'), metadata: { ...key('new'), labels: { app: 'web' } } });
    await budget('web', 0);
    await evict('new');
    await running('a', true);
    await budget('other', 1);
    expect(await refusal(evict('a'))).to.include('more than one PodDisruptionBudget');
  });
});
