import { writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import { type EnvironmentStatus, eventually, statusOf, type Work } from './harness.ts';
import { type Finished, run } from './processes.ts';
import { peer, useFarPilotage, writeContexts } from './realcluster.ts';

interface Live {
  readonly metadata: {
    readonly generation: number;
    readonly annotations?: Record<string, string>;
    readonly managedFields?: { manager: string; operation: string }[];
  };
  readonly spec: {
    readonly replicas: number;
    readonly template: { spec: { containers: { image: string }[] } };
  };
  readonly data: Record<string, string>;
}

const PILOTAGE_FILE = `apiVersion: pilotage.dev/v1alpha1
kind: Delivery
metadata: {name: web}
spec:
  environments:
    - {name: far, branch: main, cluster: far}
    - {name: lost, branch: main, cluster: lost}
    - {name: near, branch: main}
  images:
    web: {path: app}
  apps:
    - {name: web, chart: chart, values: ["values/\${environment}.yaml"]}
    - {name: extra, chart: extra}
`;

const extra = (name: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {kept: "yes"}\n`;

/** Run by scripts/test-kubernetes.mjs: the built program delivers to the kube-apiserver that it has started. */
describe('e2e: delivery to a real kube-apiserver', function () {
  this.timeout(120_000);
  const server = useFarPilotage();
  const { expectEmptyPlan } = server;
  let work: Work;

  before(async () => {
    work = await server.pilotage.repository('web');
    await work.write('pilotage.yaml', PILOTAGE_FILE);
    await work.write(
      'values/far.yaml',
      'greeting: hello far\nimages: {web: "registry.example.com/web:1.0"}\n',
    );
    await work.write('values/lost.yaml', 'images: {web: "registry.example.com/web:1.0"}\n');
    await work.write('values/near.yaml', 'greeting: hello near\nreplicas: 1\n');
    await work.write('extra/kept.yaml', extra('kept'));
    await work.write('extra/dropped.yaml', extra('dropped'));
    await work.commit('deliver elsewhere');
  });

  const kubectl = (...args: readonly string[]): Promise<Finished> =>
    run('kubectl', ['--namespace', 'web-far', ...args], {
      env: { KUBECONFIG: peer, HOME: server.pilotage.dir },
    });
  const live = async (...args: readonly string[]): Promise<Live> => {
    const { stdout, stderr } = await kubectl('get', ...args, '--show-managed-fields', '-o', 'json');
    if (stdout === '') throw new Error(stderr);
    return JSON.parse(stdout) as Live;
  };
  const status = async (environment: string): Promise<EnvironmentStatus> => {
    const found = await statusOf(server.pilotage, 'web', environment);
    if (!found) throw new Error(`there is no environment ${environment}`);
    return found;
  };
  const synced = (environment: string, revision: string): Promise<EnvironmentStatus> =>
    eventually(`web/${environment} is synced at ${revision.slice(0, 7)}`, async () => {
      const now = await status(environment);
      return now.deployedRevision === revision && now.sync === 'Synced' && now;
    });
  const deliver = async (message: string): Promise<string> => {
    const revision = await work.commit(message);
    server.pushes.push(work.push());
    await eventually(`web/far has ${revision.slice(0, 7)}`, async () => {
      const { deployedRevision } = await status('far');
      return deployedRevision === revision;
    });
    return revision;
  };
  /** Plays the Deployment controller, which this server does not have: reports a finished rollout. */
  const rollOut = async (): Promise<void> => {
    const { metadata, spec } = await live('deployment', 'web');
    const { replicas } = spec;
    const done = {
      replicas,
      updatedReplicas: replicas,
      readyReplicas: replicas,
      availableReplicas: replicas,
    };
    const patch = JSON.stringify({ status: { observedGeneration: metadata.generation, ...done } });
    const args = ['patch', 'deployment', 'web', '--subresource=status', '--type=merge', '-p', patch];
    const { code, stderr } = await kubectl(...args);
    expect(code, stderr).to.equal(0);
  };

  it('freezes an environment whose cluster nobody allowed, and tells the pusher what to do', async () => {
    const { code, stderr } = await work.push();
    expect(code, stderr).to.equal(0);
    expect(stderr).to.contain('cluster far is not one that delivery web may use');
    const far = await status('far');
    expect(far).to.include({ phase: 'Frozen', cluster: 'far', deployedRevision: null });
    expect(far.message).to.contain('pilotage connect web --allow-cluster far');
    expect((await kubectl('get', 'namespace', 'web-far')).stderr).to.contain('NotFound');
    expect(await status('near')).to.include({ sync: 'Synced', health: 'Healthy' });
  });

  it('does not ask a cluster that is not allowed, not even for a plan', async () => {
    const { code, stderr } = await server.pilotage.cli('diff', 'web/far', '--revision', 'main');
    expect(code).to.equal(2);
    expect(stderr).to.contain('--allow-cluster far');
  });

  it('delivers there as soon as a person allows it, without another push', async () => {
    const { code, stderr } = await server.pilotage.cli('connect', 'web', '--allow-cluster', 'far');
    expect(code, stderr).to.equal(0);
    await synced('far', await work.git('rev-parse', 'HEAD'));
    const deployment = await live('deployment', 'web');
    expect(deployment.spec.replicas).to.equal(2);
    expect(deployment.spec.template.spec.containers[0]?.image).to.equal('registry.example.com/web:1.0');
    expect((await live('configmap', 'web')).data).to.deep.equal({ GREETING: 'hello far' });
    expect((await live('service', 'web')).metadata.managedFields?.map(({ manager }) => manager)).to.include(
      'pilotage',
    );
  });

  it('marks what it wrote as its own: the tracking, the commit, the field manager', async () => {
    const { metadata } = await live('deployment', 'web');
    expect(metadata.annotations?.['pilotage.dev/tracking']).to.match(/^[^/]+\/[^/]+\/[^/]+\/web$/);
    expect(metadata.annotations?.['pilotage.dev/revision']).to.equal(await work.git('rev-parse', 'HEAD'));
    expect(metadata.managedFields).to.have.length(1);
    expect(metadata.managedFields?.[0]).to.include({ manager: 'pilotage', operation: 'Apply' });
  });

  it('says plainly that the rollout has not happened: nobody runs pods on that server', async () => {
    const far = await status('far');
    expect(far).to.include({ sync: 'Synced', health: 'Progressing', phase: 'Waiting' });
    expect(far.message).to.match(/Deployment web-far\/web/);
    expect(far.urls).to.deep.equal([]);
    const { code, stderr } = await server.pilotage.cli('wait', 'web/far', '--timeout', '1s');
    expect(code).to.equal(1);
    expect(stderr).to.contain('Progressing');
  });

  it('has nothing to change right after an apply: diff exits with 0', () => expectEmptyPlan('web/far'));

  it('heals what kubectl changed there', async () => {
    const change = JSON.stringify({ data: { GREETING: 'drifted' } });
    expect((await kubectl('patch', 'configmap', 'web', '--type=merge', '-p', change)).code).to.equal(0);
    expect((await kubectl('scale', 'deployment', 'web', '--replicas=5')).code).to.equal(0);
    expect((await kubectl('delete', 'service', 'web')).code).to.equal(0);
    await eventually('what git says is back', async () => {
      const [config, deployment] = [await live('configmap', 'web'), await live('deployment', 'web')];
      await live('service', 'web');
      return config.data.GREETING === 'hello far' && deployment.spec.replicas === 2;
    });
    await eventually(
      'the plan is empty',
      async () => (await server.pilotage.cli('diff', 'web/far')).code === 0,
    );
  });

  it('prunes there what a commit removes, and leaves what others made', async () => {
    expect((await kubectl('create', 'configmap', 'theirs')).code).to.equal(0);
    await work.git('rm', '--quiet', 'extra/dropped.yaml');
    const revision = await deliver('drop one');
    // What the new revision replaces stays until the new one is well.
    expect(await status('far')).to.include({ sync: 'OutOfSync', phase: 'Waiting' });
    expect((await live('configmap', 'dropped')).data).to.deep.equal({ kept: 'yes' });
    await rollOut();
    await eventually('it is gone', async () =>
      (await kubectl('get', 'configmap', 'dropped')).stderr.includes('NotFound'),
    );
    expect((await live('configmap', 'kept')).data).to.deep.equal({ kept: 'yes' });
    await live('configmap', 'theirs');
    expect(await synced('far', revision)).to.include({ health: 'Healthy', phase: 'Idle' });
  });

  it('rolls back there, and follows the branch again', async () => {
    const before = await work.git('rev-parse', 'HEAD');
    await work.edit('values/far.yaml', (text) =>
      text.replace('hello far', 'hello again').replace(':1.0', ':2.0'),
    );
    const after = await deliver('second');
    await synced('far', after);
    const image = async () => (await live('deployment', 'web')).spec.template.spec.containers[0]?.image;
    expect(await image()).to.equal('registry.example.com/web:2.0');
    expect((await server.pilotage.cli('rollback', 'web/far')).code).to.equal(0);
    await synced('far', before);
    expect(await image()).to.equal('registry.example.com/web:1.0');
    expect((await live('configmap', 'web')).data).to.deep.equal({ GREETING: 'hello far' });
    await expectEmptyPlan('web/far');
    expect((await server.pilotage.cli('pin', 'web/far', '--off')).code).to.equal(0);
    await synced('far', after);
    expect(await image()).to.equal('registry.example.com/web:2.0');
  });

  it('names a cluster that cannot be reached, and lets everything else go on', async () => {
    expect((await server.pilotage.cli('connect', 'web', '--allow-cluster', 'lost')).code).to.equal(0);
    const lost = await eventually('the failure is told', async () => {
      const now = await status('lost');
      return now.phase === 'Failed' && now;
    });
    expect(lost).to.include({ sync: 'Unknown', health: 'Unknown' });
    expect(lost.message).to.match(/cluster lost does not answer: .*ECONNREFUSED/);
    expect((await server.pilotage.cli('diff', 'web/lost')).code).to.equal(2);
    await work.edit('values/near.yaml', () => 'greeting: still here\nreplicas: 1\n');
    await work.edit('values/far.yaml', (text) => text.replace('hello again', 'still there'));
    const revision = await deliver('while one is lost');
    expect((await live('configmap', 'web')).data).to.deep.equal({ GREETING: 'still there' });
    await synced('near', revision);
  });

  it('names the credentials that a cluster refuses, and takes rotated ones without a restart', async () => {
    await writeContexts(server.pilotage.dir, 'expired');
    await server.pilotage.cli('sync', 'web/far');
    const refused = await eventually('the refusal is told', async () => {
      const now = await status('far');
      return now.phase === 'Failed' && now;
    });
    expect(refused.message).to.contain('cluster far refuses: Unauthorized').and.contain('context far');
    await writeContexts(server.pilotage.dir);
    await server.pilotage.cli('sync', 'web/far');
    await synced('far', await work.git('rev-parse', 'HEAD'));
  });

  it('says which context a kubeconfig lacks, and in which file', async () => {
    await writeFile(server.kubeconfig, '{}');
    await server.pilotage.cli('sync', 'web/far');
    const lacking = await eventually('the lack is told', async () => {
      const now = await status('far');
      return now.phase === 'Failed' && now;
    });
    expect(lacking.message).to.contain(server.kubeconfig).and.contain('has no context "far"');
    await writeContexts(server.pilotage.dir);
    await server.pilotage.cli('sync', 'web/far');
    await synced('far', await work.git('rev-parse', 'HEAD'));
  });

  it('stops at once when the permission is withdrawn, and leaves what runs alone', async () => {
    expect((await server.pilotage.cli('connect', 'web', '--forbid-cluster', 'far')).code).to.equal(0);
    await eventually('it is frozen', async () => (await status('far')).phase === 'Frozen');
    // Not even a pin, which needs neither branch nor file, gets past it.
    expect((await server.pilotage.cli('pin', 'web/far', '--reason', 'trial')).code).to.equal(0);
    const denied = await eventually('the pin is refused', async () => {
      const now = await status('far');
      return now.phase === 'Failed' && now;
    });
    expect(denied.message).to.contain('--allow-cluster far');
    await live('deployment', 'web');
  });
});
