import { expect } from 'chai';
import { ok } from '../../../src/base/errors.ts';
import { CONFIG_MAPS } from '../../../src/kube/kinds/resources.data.ts';
import { statusError } from '../../../src/kube/values/status.ts';
import { DELIVERIES, PILOTAGE_NAMESPACE } from '../../../src/model/types.ts';
import { problemOfPass } from '../../../src/sync/cluster/access.ts';
import { connect } from '../../../src/sync/intake/connect.ts';
import { pin } from '../../../src/sync/state/pin.ts';
import { createFakeCluster } from '../../fakes/cluster.ts';
import { cm, createHarness, built as images } from '../harness.ts';

const FILE = `apiVersion: pilotage.dev/v1alpha1
kind: Delivery
metadata: {name: shop}
spec: {environments: [{name: dev, branch: main, cluster: far}]}
`;

describe('sync to another cluster', () => {
  const files = { 'pilotage.yaml': FILE, 'k8s/a.yaml': cm('a') };
  let world: Awaited<ReturnType<typeof createHarness>>;
  let far: ReturnType<typeof createFakeCluster>;
  let asked: string[];

  beforeEach(async () => {
    far = createFakeCluster();
    asked = [];
    world = await createHarness({
      clusterFor: async (context) => {
        asked.push(context);
        return far.client;
      },
    });
  });
  afterEach(() => world.stop());

  const connected = async (change: { allowClusters?: string[]; forbidClusters?: string[] }) => {
    await connect(world.home.client, { name: 'shop', ...change });
    await world.settle();
  };
  const clusters = async () =>
    (await world.home.client.get(DELIVERIES, { namespace: PILOTAGE_NAMESPACE, name: 'shop' })).spec.clusters;
  const status = async () => (await world.environment()).status;

  it('is frozen until a person allows it, and says how', async () => {
    await world.push(files);
    expect(await status()).to.include({ phase: 'Frozen' });
    expect((await status())?.message).to.contain('pilotage connect shop --allow-cluster far');
    const plan = await world.sync.plan('shop', 'dev', { revision: 'main' });
    expect(!plan.ok && plan.problems[0].reason).to.equal('ClusterNotAllowed');
    expect(asked).to.deep.equal([]);
  });

  it('begins as soon as it is allowed, without another push', async () => {
    const revision = await world.push(files);
    await connected({ allowClusters: ['far'] });
    expect(await status()).to.include({ deployedRevision: revision, sync: 'Synced' });
    expect(await world.live('ConfigMap', 'a')).to.equal(undefined);
    expect((await far.client.list(CONFIG_MAPS, { namespace: 'shop-dev' })).items).to.have.length(1);
  });

  it('leaves images to its values: what is built for this machine is not there', async () => {
    let built = 0;
    await world.stop();
    world = await createHarness({
      clusterFor: async () => far.client,
      buildImages: async () => {
        built += 1;
        return ok(images({ web: 'shop/web:1' }));
      },
    });
    const file = FILE.replace('spec: {', 'spec: {images: {web: {path: app}}, ');
    const revision = await world.push({ ...files, 'pilotage.yaml': file, 'app/server.js': '' });
    await connected({ allowClusters: ['far'] });
    expect(await status()).to.include({ deployedRevision: revision, sync: 'Synced' });
    expect(built).to.equal(0);
    expect(world.images.at(-1)).to.deep.equal({});
  });

  it('ends as soon as it is forbidden, for a pin too', async () => {
    const revision = await world.push(files);
    await connected({ allowClusters: ['far'] });
    await connected({ forbidClusters: ['far'] });
    expect(await status()).to.include({ phase: 'Frozen', deployedRevision: revision });
    asked.length = 0;
    await pin(world.home.client, 'shop.dev', { revision, reason: 'trial', by: 'ann' }, 0);
    await world.settle();
    expect(await status()).to.include({ phase: 'Failed' });
    expect((await status())?.message).to.contain('cluster far is not one that delivery shop may use');
    expect(asked).to.deep.equal([]);
  });

  it('leaves what was allowed before allowed', async () => {
    await connected({ allowClusters: ['near'] });
    await connected({ allowClusters: ['far', 'near'] });
    expect(await clusters()).to.deep.equal(['near', 'far']);
    await connected({ forbidClusters: ['near'] });
    expect(await clusters()).to.deep.equal(['far']);
  });

  it('tells a cluster that does not answer from one that refuses, and names it', async () => {
    await world.push(files);
    const environment = await world.environment();
    const unreachable = Object.assign(new Error(''), { code: 'ECONNREFUSED' });
    expect(problemOfPass(environment, unreachable)).to.include({
      reason: 'ClusterUnreachable',
      message: 'cluster far does not answer: ECONNREFUSED',
    });
    const expired = problemOfPass(environment, statusError('Unauthorized', 'Unauthorized'));
    expect(expired).to.include({
      reason: 'ClusterUnauthorized',
      message: 'cluster far refuses: Unauthorized',
    });
    expect(expired.remedy).to.contain('context far');
  });
});
