import { expect } from 'chai';
import { eventually, fetchText } from './harness.ts';
import { describeWithKubectl } from './kubectl.ts';
import { type Listed, type Named, useWebShop, web } from './webshop.ts';

describeWithKubectl('e2e: kubectl at a running cluster: rollouts', function () {
  this.timeout(60_000);
  const shop = useWebShop();
  const { rolledOut } = shop;

  const version = async () => {
    const port = await shop.k.jsonpath('service/web', '.spec.ports[0].nodePort');
    return (JSON.parse((await fetchText(`http://127.0.0.1:${port}`)).text) as { version: string }).version;
  };

  it('rolls a changed template out while `get -w` shows the pods come and go, keeps history, and undoes it', async () => {
    const watch = shop.k.start('get', 'pods', '-l', 'app=web', '-w', '--no-headers');
    try {
      await shop.k.ok('set', 'env', 'deployment/web', 'VERSION=two');
      await rolledOut('web');
      expect(await version()).to.equal('two');
      await eventually('an old pod has gone through its end', async () =>
        /^(web-\S+)\s+1\/1\s+Terminating[\s\S]*^\1\s+0\/1\s+Completed/m.test(watch.text()),
      );
    } finally {
      await watch.stop();
    }
    expect(watch.text())
      .to.match(/0\/1\s+Pending/)
      .and.to.match(/0\/1\s+ContainerCreating/);
    const history = () =>
      shop.k
        .lines('rollout', 'history', 'deployment/web')
        .then((all) => all.slice(2).map((line) => line.split(/\s/)[0]));
    expect(await history()).to.deep.equal(['1', '2']);
    expect(await shop.k.ok('rollout', 'history', 'deployment/web', '--revision=2')).to.match(
      /VERSION:\s+two/,
    );
    await shop.k.ok('rollout', 'undo', 'deployment/web');
    await rolledOut('web');
    expect(await version()).to.equal('one');
    expect(await history()).to.deep.equal(['2', '3']);
  });

  it('restarts: other pods, same template', async () => {
    const uids = async () =>
      (await shop.k.get<Listed<Named>>('replicasets', '-l', 'app=web')).items.map(
        ({ metadata }) => metadata.uid,
      );
    const before = await uids();
    await shop.k.ok('rollout', 'restart', 'deployment/web');
    await rolledOut('web');
    expect(await uids()).to.have.length(before.length + 1);
    expect(await version()).to.equal('one');
  });

  it('holds a paused rollout back until it is resumed', async () => {
    await shop.k.ok('rollout', 'pause', 'deployment/web');
    await shop.k.ok('set', 'env', 'deployment/web', 'VERSION=three');
    expect(await shop.k.ok('rollout', 'status', 'deployment/web', '--watch=false')).to.contain(
      '0 out of 2 new replicas',
    );
    expect(await version()).to.equal('one');
    await shop.k.ok('rollout', 'resume', 'deployment/web');
    await rolledOut('web');
    expect(await version()).to.equal('three');
  });

  it('drains the node: pods are evicted, new ones wait and say why, until it is uncordoned', async () => {
    const node = await shop.k.ok('get', 'nodes', '-o', 'jsonpath={.items[0].metadata.name}');
    await shop.k.ok('apply', '-f', web);
    await rolledOut('web');
    await shop.k.ok('drain', node, '--pod-selector=app=web', '--timeout=20s');
    expect(await shop.k.ok('get', 'nodes')).to.contain('Ready,SchedulingDisabled');
    await eventually('the new pods say why they wait', async () =>
      (await shop.k.ok('describe', 'pods', '-l', 'app=web')).includes(
        '0/1 nodes are available: 1 node(s) were unschedulable',
      ),
    );
    await shop.k.ok('uncordon', node);
    await rolledOut('web');
  });

  it('says how many pods a budget lets go', async () => {
    await shop.k.ok('create', 'pdb', 'web', '--selector=app=web', '--min-available=1');
    await shop.k.ok('wait', 'pdb/web', '--for=jsonpath={.status.currentHealthy}=2', '--timeout=20s');
    const shown = await shop.k.lines('get', 'pdb', 'web', '--no-headers');
    expect(shown.map((line) => line.split(/\s+/).slice(0, 4))).to.deep.equal([['web', '1', 'N/A', '1']]);
    await shop.k.ok('delete', 'pdb', 'web');
  });
});
