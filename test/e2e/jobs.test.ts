import { expect } from 'chai';
import { eventually, Pilotage, statusOf, type Work } from './harness.ts';
import { describeWithKubectl, Kubectl } from './kubectl.ts';
import type { Finished } from './processes.ts';

const job = (name: string, script: string, spec: object = {}) => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name },
  spec: {
    template: {
      spec: {
        restartPolicy: 'Never',
        containers: [{ name: 'main', image: 'host', command: ['sh', '-c', script] }],
      },
    },
    ...spec,
  },
});

const cronJob = (name: string, script: string, schedule: string) => ({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name },
  spec: { schedule, jobTemplate: { spec: job(name, script).spec } },
});

describeWithKubectl('e2e: jobs', function () {
  this.timeout(60_000);
  let pilotage: Pilotage;
  let k: Kubectl;
  before(async () => {
    pilotage = await Pilotage.start();
    k = await Kubectl.inNamespace(pilotage, 'work');
  });
  after(() => pilotage.stop());

  const waitFor = (condition: string, name: string) =>
    k.ok('wait', `--for=condition=${condition}`, `job/${name}`, '--timeout=30s');

  it('run to completion, and show what they said', async () => {
    await k.ok('create', 'job', 'hello', '--image=host', '--', 'echo', 'hello');
    await waitFor('complete', 'hello');
    expect(await k.ok('logs', 'job/hello')).to.equal('hello');
    expect(await k.ok('get', 'job', 'hello', '--no-headers')).to.match(/^hello\s+Complete\s+1\/1\s/);
    const described = await k.ok('describe', 'job/hello');
    expect(described).to.match(/Pods Statuses:\s+0 Active \(0 Ready\) \/ 1 Succeeded \/ 0 Failed/);
    expect(described).to.match(/Normal\s+Completed\s.*Job completed/);
  });

  it('tell each pod which part is its own', async () => {
    const spec = { completions: 3, parallelism: 3, completionMode: 'Indexed' };
    await k.apply(job('parts', 'echo part $JOB_COMPLETION_INDEX', spec));
    await waitFor('complete', 'parts');
    expect((await k.lines('logs', '-l', 'job-name=parts')).sort()).to.deep.equal([
      'part 0',
      'part 1',
      'part 2',
    ]);
    expect(await k.jsonpath('job/parts', '.status.completedIndexes')).to.equal('0-2');
  });

  it('fail, and say why', async () => {
    const rules = [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [42] } }];
    await k.apply(job('broken', 'exit 42', { podFailurePolicy: { rules } }));
    await waitFor('failed', 'broken');
    expect(await k.ok('describe', 'job/broken')).to.contain(
      'failed with exit code 42 matching FailJob rule at index 0',
    );
  });

  it('are gone with their pods when they are deleted', async () => {
    await k.apply(job('long', 'sleep 600', { parallelism: 2, completions: 2 }));
    await eventually('both run', async () => (await k.jsonpath('job/long', '.status.ready')) === '2');
    await k.ok('delete', 'job/long', '--cascade=foreground');
    expect(await k.ok('get', 'pods', '-l', 'job-name=long', '-o', 'name')).to.equal('');
  });

  it('are started by hand from a CronJob, which sees them to their end', async () => {
    await k.ok('create', 'cronjob', 'yearly', '--image=host', '--schedule=@yearly', '--', 'echo', 'done');
    await k.ok('create', 'job', 'now', '--from=cronjob/yearly');
    await waitFor('complete', 'now');
    expect(await k.ok('logs', 'job/now')).to.equal('done');
    await eventually(
      'the success to be noted',
      async () => (await k.jsonpath('cronjob/yearly', '.status.lastSuccessfulTime')) !== '',
    );
    await k.ok('delete', 'cronjob/yearly');
    await eventually('its Job is gone', async () => (await k.run('get', 'job', 'now')).code !== 0);
  });

  describe('that a push delivers', () => {
    let work: Work;
    before(async () => {
      work = await pilotage.repository('batch');
      await work.git('rm', '-r', '--quiet', 'chart/templates/deployment.hbs', 'chart/templates/service.hbs');
    });
    const push = async (...objects: readonly object[]): Promise<Finished> => {
      const documents = objects.map((object) => JSON.stringify(object)).join('\n---\n');
      await work.write('chart/templates/jobs.yaml', documents);
      await work.commit('jobs');
      return await work.push();
    };
    const health = async () => (await statusOf(pilotage, 'batch', 'dev'))?.health;

    it('have ended well before it is healthy', async () => {
      const { stderr } = await push(
        job('migrate', 'sleep 1; echo migrated'),
        cronJob('nightly', 'echo x', '@daily'),
      );
      expect(stderr).to.contain('[dev] batch-dev is healthy');
      const { stdout } = await pilotage.kubectl('-n', 'batch-dev', 'logs', 'job/migrate');
      expect(stdout).to.equal('migrated\n');
    });

    it('run anew when they change', async () => {
      const { stderr } = await push(job('migrate', 'echo again'), cronJob('nightly', 'echo x', '@hourly'));
      expect(stderr).to.contain('[dev] batch-dev is healthy');
      const { stdout } = await pilotage.kubectl('-n', 'batch-dev', 'logs', 'job/migrate');
      expect(stdout).to.equal('again\n');
    });

    it('fail the push when they fail, which then names what they said', async () => {
      const { stderr } = await push(job('migrate', 'echo no such table; exit 1', { backoffLimit: 0 }));
      expect(stderr.replace(/\s*\nremote:\s*/g, ' ')).to.match(
        /\[dev\] failed: Job \S+ BackoffLimitExceeded: .*exit code 1: no such table/,
      );
      expect(await health()).to.equal('Degraded');
    });
  });
});
