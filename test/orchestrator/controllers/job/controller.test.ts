import { expect } from 'chai';
import type { Job, JobSpec, Pod } from '../../../../src/kube/kinds/objects.data.ts';
import { EVENTS, JOBS, PODS, RESOURCE_QUOTAS } from '../../../../src/kube/kinds/resources.data.ts';
import { notFoundAsUndefined } from '../../../../src/kube/values/status.ts';
import { COMPLETION_INDEX, TRACKING_FINALIZER } from '../../../../src/orchestrator/controllers/job/labels.ts';
import { eventually, startCluster, type TestCluster } from '../cluster.ts';

const TEMPLATE = { spec: { restartPolicy: 'Never' as const, containers: [{ name: 'main', image: 'host' }] } };
const isDone = (type: string) => (of: Job) =>
  of.status?.conditions?.some((one) => one.type === type && one.status === 'True') ?? false;

describe('the job controller', function () {
  this.timeout(30_000);
  let cluster: TestCluster;
  /** How pods end, by the name of their Job and what they say of themselves; those that this says nothing of run on. */
  const ends = new Map<string, (pod: Pod) => 'Succeeded' | 'Failed' | undefined>();
  before(async () => {
    cluster = await startCluster();
    cluster.endOf = (pod) => ends.get(pod.metadata.labels?.['job-name'] ?? '')?.(pod);
    await cluster.addNode('n1');
    await cluster.createNamespace('shop');
  });
  after(() => cluster.stop());

  const key = (name: string) => ({ namespace: 'shop', name });
  const getJob = (name: string) => cluster.client.get(JOBS, key(name));
  const podsOf = async (name: string) =>
    (await cluster.client.list(PODS, { namespace: 'shop', labelSelector: `job-name=${name}` })).items;
  const create = (name: string, spec: Partial<JobSpec>, metadata: object = {}) =>
    cluster.client.create(JOBS, {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { ...key(name), ...metadata },
      spec: { template: TEMPLATE, ...spec },
    });
  const change = (name: string, spec: Partial<JobSpec>) =>
    cluster.client.patch(JOBS, key(name), { type: 'merge', body: { spec } as never });
  const eventsOf = async (name: string) =>
    (await cluster.client.list(EVENTS, { namespace: 'shop', fieldSelector: `involvedObject.name=${name}` }))
      .items;
  const says = (name: string, reason: string, message: string) =>
    eventually(
      () => eventsOf(name),
      (events) => events.some((one) => one.reason === reason && one.message === message),
    );
  const remove = (name: string, propagationPolicy: 'Background' | 'Foreground' | 'Orphan') =>
    cluster.client.delete(JOBS, key(name), { propagationPolicy });
  const gone = (name: string) =>
    eventually(
      async () => await getJob(name).catch(notFoundAsUndefined),
      (of) => of === undefined,
    );

  it('runs its pods to completion, counts them and lets go of them', async () => {
    ends.set('sum', () => 'Succeeded');
    await create('sum', { completions: 3, parallelism: 2 });
    const { status } = await eventually(() => getJob('sum'), isDone('Complete'));
    expect(status).to.deep.include({ succeeded: 3, ready: 0, terminating: 0, uncountedTerminatedPods: {} });
    expect(status?.conditions?.map(({ type }) => type)).to.deep.equal(['SuccessCriteriaMet', 'Complete']);
    const pods = await podsOf('sum');
    expect(pods).to.have.length(3);
    expect(pods.flatMap(({ metadata }) => metadata.finalizers ?? [])).to.deep.equal([]);
    await says('sum', 'Completed', 'Job completed');
    await says('sum', 'SuccessfulCreate', `Created pod: ${pods[0]?.metadata.name}`);
  });

  it('makes a pod for each index', async () => {
    ends.set('parts', () => 'Succeeded');
    await create('parts', { completions: 12, parallelism: 5, completionMode: 'Indexed' });
    const { status } = await eventually(() => getJob('parts'), isDone('Complete'));
    expect(status).to.deep.include({ succeeded: 12, completedIndexes: '0-11' });
    const indexes = (await podsOf('parts')).map(({ metadata }) =>
      Number(metadata.labels?.[COMPLETION_INDEX]),
    );
    expect(indexes.sort((a, b) => a - b)).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  it('fails when its pods fail, and deletes those that run', async () => {
    await create('broken', { backoffLimit: 0, completions: 3, parallelism: 3 });
    await eventually(
      () => getJob('broken'),
      ({ status }) => status?.ready === 3,
    );
    const [first] = await podsOf('broken');
    ends.set('broken', (pod) => (pod.metadata.name === first?.metadata.name ? 'Failed' : undefined));
    cluster.look();
    const { status } = await eventually(() => getJob('broken'), isDone('Failed'));
    expect(status).to.deep.include({ failed: 3, ready: 0, terminating: 0 });
    expect(status?.conditions?.map(({ type, reason }) => `${type} ${reason}`)).to.deep.equal([
      'FailureTarget BackoffLimitExceeded',
      'Failed BackoffLimitExceeded',
    ]);
    await says('broken', 'BackoffLimitExceeded', 'Job has reached the specified backoff limit');
    expect((await podsOf('broken')).map(({ metadata }) => metadata.name)).to.deep.equal([
      first?.metadata.name,
    ]);
  });

  it('fails an index by itself, with its pods told how often that happened', async () => {
    ends.set('uneven', ({ metadata }) =>
      metadata.labels?.[COMPLETION_INDEX] === '1' ? 'Failed' : 'Succeeded',
    );
    await create('uneven', {
      completions: 3,
      parallelism: 3,
      completionMode: 'Indexed',
      backoffLimitPerIndex: 0,
    });
    const { status } = await eventually(() => getJob('uneven'), isDone('Failed'));
    expect(status).to.deep.include({ succeeded: 2, failed: 1, completedIndexes: '0,2', failedIndexes: '1' });
    await says('uneven', 'FailedIndexes', 'Job has failed indexes');
  });

  it('ends early by its successPolicy', async () => {
    ends.set('leader', ({ metadata }) =>
      metadata.labels?.[COMPLETION_INDEX] === '0' ? 'Succeeded' : undefined,
    );
    await create('leader', {
      completions: 3,
      parallelism: 3,
      completionMode: 'Indexed',
      successPolicy: { rules: [{ succeededIndexes: '0' }] },
    });
    const { status } = await eventually(() => getJob('leader'), isDone('Complete'));
    expect(status).to.deep.include({ succeeded: 1, completedIndexes: '0' });
    expect(status?.failed).to.equal(undefined);
    expect(status?.conditions?.[0]).to.deep.include({ message: 'Matched rules at index 0' });
  });

  it('has no pods while it is suspended', async () => {
    await create('later', { suspend: true, completions: 2, parallelism: 2 });
    const waiting = await eventually(() => getJob('later'), isDone('Suspended'));
    expect(waiting.status?.startTime).to.equal(undefined);
    expect(await podsOf('later')).to.deep.equal([]);
    await change('later', { suspend: false });
    await eventually(
      () => getJob('later'),
      ({ status }) => status?.ready === 2,
    );
    await says('later', 'Resumed', 'Job resumed');
    await change('later', { suspend: true });
    const again = await eventually(
      () => getJob('later'),
      (of) => isDone('Suspended')(of) && !of.status?.terminating,
    );
    expect(again.status?.active).to.equal(undefined);
    expect(again.status?.failed).to.equal(undefined);
    await eventually(
      () => podsOf('later'),
      (pods) => pods.length === 0,
    );
    await says('later', 'Suspended', 'Job suspended');
  });

  it('follows a change of parallelism', async () => {
    await create('wide', { completions: 9, parallelism: 1 });
    await eventually(
      () => getJob('wide'),
      ({ status }) => status?.ready === 1,
    );
    await change('wide', { parallelism: 4 });
    await eventually(
      () => getJob('wide'),
      ({ status }) => status?.ready === 4,
    );
    await change('wide', { parallelism: 2 });
    const { status } = await eventually(
      () => getJob('wide'),
      (of) => of.status?.ready === 2 && !of.status.terminating,
    );
    expect(status?.failed).to.equal(undefined);
    expect(await podsOf('wide')).to.have.length(2);
  });

  it('leaves nothing behind when it is deleted, though its pods are held', async () => {
    await create('dropped', { completions: 2, parallelism: 2 });
    await eventually(
      () => getJob('dropped'),
      ({ status }) => status?.ready === 2,
    );
    await remove('dropped', 'Background');
    await eventually(
      () => podsOf('dropped'),
      (pods) => pods.length === 0,
    );
    await create('dropped', { completions: 2, parallelism: 2 });
    await eventually(
      () => getJob('dropped'),
      ({ status }) => status?.ready === 2,
    );
    await remove('dropped', 'Foreground');
    await gone('dropped');
    expect(await podsOf('dropped')).to.deep.equal([]);
  });

  it('leaves its pods free when it is deleted without them', async () => {
    await create('left', {});
    await eventually(
      () => getJob('left'),
      ({ status }) => status?.ready === 1,
    );
    await remove('left', 'Orphan');
    await gone('left');
    const [pod] = await eventually(
      () => podsOf('left'),
      ([one]) => one !== undefined && !one.metadata.finalizers?.length,
    );
    expect(pod?.metadata.deletionTimestamp).to.equal(undefined);
    expect(pod?.metadata.ownerReferences ?? []).to.deep.equal([]);
  });

  it('adopts a pod that it selects, and releases one that it selects no more', async () => {
    const labels = { work: 'own' };
    const metadata = { ...key('found'), labels: { ...labels, 'job-name': 'own' } };
    await cluster.client.create(PODS, { apiVersion: 'v1', kind: 'Pod', metadata, spec: TEMPLATE.spec });
    await create('own', {
      manualSelector: true,
      selector: { matchLabels: labels },
      template: { metadata: { labels: { ...labels, 'job-name': 'own' } }, ...TEMPLATE },
    });
    const found = () => cluster.client.get(PODS, key('found'));
    const adopted = await eventually(found, (pod) => (pod.metadata.ownerReferences ?? []).length === 1);
    expect(adopted.metadata.finalizers).to.deep.equal([TRACKING_FINALIZER]);
    await eventually(
      () => getJob('own'),
      ({ status }) => status?.ready === 1,
    );
    expect(await podsOf('own')).to.have.length(1);
    await cluster.client.patch(PODS, key('found'), {
      type: 'merge',
      body: { metadata: { labels: { work: 'other' } } },
    });
    const released = await eventually(found, (pod) => (pod.metadata.ownerReferences ?? []).length === 0);
    expect(released.metadata.finalizers ?? []).to.deep.equal([]);
    await eventually(
      () => podsOf('own'),
      (pods) => pods.length === 2,
    );
  });

  it('is deleted with its pods when it has been kept for long enough', async () => {
    ends.set('brief', () => 'Succeeded');
    await create('brief', { ttlSecondsAfterFinished: 0 });
    await gone('brief');
    expect(await podsOf('brief')).to.deep.equal([]);
  });

  it('is left alone where another controller says that it is its own', async () => {
    await create('theirs', { managedBy: 'example.com/queue' });
    ends.set('ours', () => 'Succeeded');
    await create('ours', {});
    await eventually(() => getJob('ours'), isDone('Complete'));
    expect(await podsOf('theirs')).to.deep.equal([]);
    expect((await getJob('theirs')).status ?? {}).to.deep.equal({});
  });

  it('says why no pod could be created, and creates it when it can', async () => {
    await cluster.createNamespace('tight');
    const quota = await cluster.client.create(RESOURCE_QUOTAS, {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'none', namespace: 'tight' },
      spec: { hard: { pods: '0' } },
    });
    await eventually(
      () => cluster.client.get(RESOURCE_QUOTAS, { namespace: 'tight', name: quota.metadata.name ?? '' }),
      ({ status }) => status?.hard?.pods === '0',
    );
    const metadata = { name: 'refused', namespace: 'tight' };
    ends.set('refused', () => 'Succeeded');
    const spec = { template: TEMPLATE };
    await cluster.client.create(JOBS, { apiVersion: 'batch/v1', kind: 'Job', metadata, spec });
    await eventually(
      async () => (await cluster.client.list(EVENTS, { namespace: 'tight' })).items,
      (events) =>
        events.some(
          ({ reason, message = '' }) => reason === 'FailedCreate' && /^Error creating: .*quota/.test(message),
        ),
    );
    await cluster.client.delete(RESOURCE_QUOTAS, { namespace: 'tight', name: 'none' });
    await eventually(() => cluster.client.get(JOBS, metadata), isDone('Complete'), 10_000);
  });
});
