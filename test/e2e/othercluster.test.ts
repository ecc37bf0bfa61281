import { join } from 'node:path';
import { expect } from 'chai';
import { type EnvironmentStatus, eventually, Pilotage, statusOf, type Work } from './harness.ts';

const PILOTAGE_FILE = `apiVersion: pilotage.dev/v1alpha1
kind: Delivery
metadata: {name: web}
spec:
  environments:
    - {name: far, branch: main, cluster: pilotage}
  apps:
    - {name: web, chart: chart, values: ["values/\${environment}.yaml"]}
`;

describe('e2e: delivery to another Pilotage, as to any cluster', function () {
  this.timeout(90_000);
  let far: Pilotage;
  let near: Pilotage;
  let work: Work;

  before(async () => {
    far = await Pilotage.start();
    near = await Pilotage.start([], async () => far.ready.kubeconfig);
    work = await near.repository('web');
    await work.write('pilotage.yaml', PILOTAGE_FILE);
    await work.write('values/far.yaml', 'greeting: hello far\nreplicas: 1\nimages: {web: "web:1"}\n');
    await work.commit('deliver elsewhere');
    const imported = await far.cli('image', 'import', 'web:1', join(work.dir, 'app'));
    expect(imported.code, imported.stderr).to.equal(0);
    expect((await near.cli('connect', 'web', '--allow-cluster', 'pilotage')).code).to.equal(0);
  });
  after(async () => {
    await near?.stop();
    await far?.stop();
  });

  const until = (what: string, check: (now: EnvironmentStatus) => boolean): Promise<EnvironmentStatus> =>
    eventually(what, async () => {
      const now = await statusOf(near, 'web', 'far');
      return now && check(now) && now;
    });
  const greeting = async (): Promise<string> => {
    const path = 'jsonpath={.data.GREETING}';
    return (await far.kubectl('-n', 'web-far', 'get', 'configmap', 'web', '-o', path)).stdout;
  };

  it('runs the pods there, and knows when they are well', async () => {
    const { code, stderr } = await work.push();
    expect(code, stderr).to.equal(0);
    expect(stderr).to.contain('web-far is healthy');
    const there = await far.kubectl(
      '-n',
      'web-far',
      'get',
      'pods',
      '-o',
      'jsonpath={.items[*].status.phase}',
    );
    expect(there.stdout).to.equal('Running');
    expect((await near.kubectl('get', 'namespace', 'web-far')).stderr).to.contain('NotFound');
  });

  it('has nothing to change right after: diff exits with 0', async () => {
    const { code, stdout, stderr } = await near.cli('diff', 'web/far');
    expect(code, stdout + stderr).to.equal(0);
  });

  it('heals what is changed there', async () => {
    const change = JSON.stringify({ data: { GREETING: 'drifted' } });
    expect((await far.kubectl('-n', 'web-far', 'patch', 'configmap', 'web', '-p', change)).code).to.equal(0);
    await eventually('the value of git is back', async () => (await greeting()) === 'hello far');
  });

  it('names the cluster while it is down, and goes on when it is back', async () => {
    await far.crash();
    await work.edit('values/far.yaml', (text) => text.replace('hello far', 'hello again'));
    const revision = await work.commit('while it is down');
    const { stderr } = await work.push();
    expect(stderr).to.contain('cluster pilotage does not answer');
    expect(await until('the failure is told', ({ phase }) => phase === 'Failed')).to.include({
      sync: 'Unknown',
    });
    await far.up();
    await until('it is delivered', (now) => now.deployedRevision === revision && now.health === 'Healthy');
    expect(await greeting()).to.equal('hello again');
  });
});
