import { expect } from 'chai';
import { rfc3339 } from '../../../../src/base/clock.ts';
import type { CronJob, CronJobSpec, Job, PodTemplateSpec } from '../../../../src/kube/kinds/objects.data.ts';
import { CRON_JOBS, EVENTS, JOBS, PODS } from '../../../../src/kube/kinds/resources.data.ts';
import { LeapingClock } from '../../../fakes/clock.ts';
import { eventually, startCluster, type TestCluster } from '../cluster.ts';

const HOUR = 3_600_000;
const TEMPLATE: PodTemplateSpec = {
  spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'host' }] },
};

describe('the CronJob controller', function () {
  this.timeout(30_000);
  const clock = new LeapingClock();
  let cluster: TestCluster;
  before(async () => {
    cluster = await startCluster(clock);
    await cluster.createNamespace('shop');
  });
  after(() => cluster.stop());

  const key = (name: string) => ({ namespace: 'shop', name });
  const getCronJob = (name: string) => cluster.client.get(CRON_JOBS, key(name));
  const create = (name: string, spec: Partial<CronJobSpec> = {}) =>
    cluster.client.create(CRON_JOBS, {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: key(name),
      spec: { schedule: '0 * * * *', jobTemplate: { spec: { template: TEMPLATE } }, ...spec },
    });
  const jobsOf = async (name: string): Promise<readonly Job[]> =>
    (await cluster.client.list(JOBS, { namespace: 'shop' })).items.filter(
      ({ metadata }) => metadata.ownerReferences?.[0]?.name === name && !metadata.deletionTimestamp,
    );
  const started = (name: string, count: number) =>
    eventually(
      () => jobsOf(name),
      (jobs) => jobs.length === count,
    );
  const isActive = (name: string, jobs: readonly Job[]) =>
    eventually(
      () => getCronJob(name),
      ({ status }) =>
        (status?.active ?? []).map((one) => one.uid).join() ===
        jobs.map(({ metadata }) => metadata.uid).join(),
    );
  const says = (name: string, reason: string) =>
    eventually(
      async () =>
        (
          await cluster.client.list(EVENTS, {
            namespace: 'shop',
            fieldSelector: `involvedObject.name=${name}`,
          })
        ).items,
      (events) => events.some((one) => one.reason === reason),
    );
  /** To the next full hour, and a second. */
  const leap = () => clock.leap(HOUR - (clock.now() % HOUR) + 1_000);
  async function finish(job: Job | undefined, phase: 'Succeeded' | 'Failed'): Promise<void> {
    const labelSelector = `job-name=${job?.metadata.name}`;
    const [pod] = await eventually(
      async () => (await cluster.client.list(PODS, { namespace: 'shop', labelSelector })).items,
      (pods) => pods.length > 0,
    );
    const body = { status: { phase } };
    await cluster.client.patch(
      PODS,
      key(pod?.metadata.name ?? ''),
      { type: 'merge', body },
      { subresource: 'status' },
    );
  }

  it('starts a Job each time, names it by the minute and tells of it', async () => {
    await create('hourly');
    expect(await jobsOf('hourly')).to.deep.equal([]);
    leap();
    const due = Math.floor(clock.now() / HOUR) * HOUR;
    const [job] = await started('hourly', 1);
    expect(job?.metadata.name).to.equal(`hourly-${due / 60_000}`);
    const { status } = await isActive('hourly', job ? [job] : []);
    expect(status?.lastScheduleTime).to.equal(rfc3339(due));
    await says('hourly', 'SuccessfulCreate');
    leap();
    const jobs = await started('hourly', 2);
    await isActive('hourly', jobs);
    await finish(job, 'Succeeded');
    const after = await isActive('hourly', jobs.slice(1));
    expect(after.status?.lastSuccessfulTime).to.be.a('string');
    await says('hourly', 'SawCompletedJob');
    await cluster.client.delete(CRON_JOBS, key('hourly'));
    await started('hourly', 0);
  });

  it('starts none while one runs where it forbids that', async () => {
    await create('alone', { concurrencyPolicy: 'Forbid' });
    leap();
    const [job] = await started('alone', 1);
    await isActive('alone', job ? [job] : []);
    leap();
    await says('alone', 'JobAlreadyActive');
    expect(await jobsOf('alone')).to.have.length(1);
    await finish(job, 'Failed');
    await cluster.client.delete(CRON_JOBS, key('alone'));
  });

  it('replaces the one that runs where it says so', async () => {
    await create('latest', { concurrencyPolicy: 'Replace' });
    leap();
    const [job] = await started('latest', 1);
    await isActive('latest', job ? [job] : []);
    leap();
    const [next] = await eventually(
      () => jobsOf('latest'),
      ([one, ...others]) =>
        others.length === 0 && one !== undefined && one.metadata.uid !== job?.metadata.uid,
    );
    await isActive('latest', next ? [next] : []);
    await says('latest', 'SuccessfulDelete');
    await cluster.client.delete(CRON_JOBS, key('latest'));
  });

  it('keeps as many Jobs that have ended as its history says', async () => {
    await create('brief', { successfulJobsHistoryLimit: 1 });
    leap();
    const [first] = await started('brief', 1);
    await finish(first, 'Succeeded');
    await isActive('brief', []);
    leap();
    const [, second] = await started('brief', 2);
    await finish(second, 'Succeeded');
    const left = await started('brief', 1);
    expect(left.map(({ metadata }) => metadata.name)).to.deep.equal([second?.metadata.name]);
    await cluster.client.delete(CRON_JOBS, key('brief'));
  });

  it('starts nothing while it is suspended, and only from its next time on when its schedule changes', async () => {
    const change = (spec: object) =>
      cluster.client.patch<CronJob>(CRON_JOBS, key('later'), { type: 'merge', body: { spec } as never });
    await create('later', { suspend: true });
    leap();
    await create('other');
    leap();
    await started('other', 1);
    expect(await jobsOf('later')).to.deep.equal([]);
    await change({ suspend: false, schedule: '*/30 * * * *' });
    leap();
    await started('later', 1);
    const due = rfc3339(Math.floor(clock.now() / HOUR) * HOUR);
    await eventually(
      () => getCronJob('later'),
      ({ status }) => status?.lastScheduleTime === due,
    );
    await cluster.client.delete(CRON_JOBS, key('later'));
    await cluster.client.delete(CRON_JOBS, key('other'));
  });

  it('tells of a Job that somebody started by hand, and sees it to its end', async () => {
    const own = await create('manual');
    await cluster.client.create(JOBS, {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: {
        ...key('by-hand'),
        annotations: { 'cronjob.kubernetes.io/instantiate': 'manual' },
        ownerReferences: [
          {
            apiVersion: 'batch/v1',
            kind: 'CronJob',
            name: 'manual',
            uid: own.metadata.uid ?? '',
            controller: true,
          },
        ],
      },
      spec: { template: TEMPLATE },
    });
    await says('manual', 'UnexpectedJob');
    const [job] = await jobsOf('manual');
    await finish(job, 'Succeeded');
    await eventually(
      () => getCronJob('manual'),
      ({ status }) => status?.lastSuccessfulTime !== undefined,
    );
  });
});
