import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { systemClock } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/log.ts';
import { CONFIG_MAPS, DEPLOYMENTS, SERVICES } from '../../src/kube/kinds/resources.data.ts';
import { type ControlPlane, createControlPlane } from '../../src/orchestrator/controlplane.ts';
import { connect } from '../../src/sync/intake/connect.ts';
import { cm, createHarness, dataOf, deploy } from './harness.ts';

/** The same corridor against the built-in API server, in process and in real time. */
describe('sync with the built-in control plane', () => {
  let dir: string;
  let plane: ControlPlane;
  let world: Awaited<ReturnType<typeof createHarness>>;

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'pilotage-sync-'));
    plane = await createControlPlane({
      dataDir: dir,
      clock: systemClock,
      logger: silentLogger,
      serviceCidr: '127.201.0.0/16',
    });
    await plane.start();
    world = await createHarness({ client: plane.client(), clock: systemClock });
  });
  after(async () => {
    await world?.stop();
    await plane?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  const service = JSON.stringify({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web' },
    spec: { type: 'NodePort', selector: { app: 'web' }, ports: [{ port: 80 }] },
  });
  const files = { 'k8s/a.yaml': cm('a'), 'k8s/web.yaml': deploy('web', 0), 'k8s/svc.yaml': service };
  const environment = async () => (await world.environment()).status;

  it('delivers a push, and the plan is empty afterwards', async () => {
    const revision = await world.push(files);
    await world.until(async () => (await environment())?.deployedRevision === revision);
    const plan = await world.sync.plan('shop', 'dev');
    expect(plan.ok && plan.value.summary).to.deep.equal({ unchanged: 3 });
    expect(plan.ok && plan.value.empty).to.equal(true);
  });

  it('tells where node ports answer', async () => {
    const { spec } = await plane.client().get(SERVICES, { namespace: 'shop-dev', name: 'web' });
    expect((await environment())?.urls).to.deep.equal([`http://127.0.0.1:${spec.ports?.[0]?.nodePort}`]);
  });

  it('heals drift within two seconds', async () => {
    const client = plane.client();
    const began = performance.now();
    await client.patch(
      DEPLOYMENTS,
      { namespace: 'shop-dev', name: 'web' },
      { type: 'merge', body: { spec: { replicas: 5 } } },
      { fieldManager: 'kubectl' },
    );
    await client.delete(CONFIG_MAPS, { namespace: 'shop-dev', name: 'a' });
    await world.until(async () => {
      const web = await client.get(DEPLOYMENTS, { namespace: 'shop-dev', name: 'web' });
      return web.spec.replicas === 0 && (await world.live('ConfigMap', 'a')) !== undefined;
    });
    expect(performance.now() - began).to.be.lessThan(2_000);
  });

  it('prunes what a commit removes', async () => {
    await world.push({ 'k8s/web.yaml': files['k8s/web.yaml'], 'k8s/svc.yaml': service });
    await world.until(async () => (await environment())?.inventory?.length === 2);
  });

  it('delivers a definition and its object in one push, outside namespaces where a person allows it', async () => {
    const definition = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'ports.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Cluster',
        names: { plural: 'ports', singular: 'port', kind: 'Port' },
        versions: [
          { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } },
        ],
      },
    };
    const port = {
      apiVersion: 'example.com/v1',
      kind: 'Port',
      metadata: { name: 'brest', namespace: 'shop-dev' },
    };
    const revision = await world.push({
      'k8s/svc.yaml': service,
      'k8s/web.yaml': files['k8s/web.yaml'],
      'k8s/definition.yaml': JSON.stringify(definition),
      'k8s/port.yaml': JSON.stringify(port),
    });
    await world.until(async () => (await environment())?.phase === 'Failed');
    expect((await environment())?.message).to.match(
      /k8s\/definition\.yaml:1.*--allow-cluster-scoped CustomResourceDefinition.*k8s\/port\.yaml:1.*--allow-cluster-scoped Port/s,
    );
    await connect(plane.client(), { name: 'shop', allowClusterScoped: ['CustomResourceDefinition', 'Port'] });
    await world.until(async () => {
      const status = await environment();
      return status?.deployedRevision === revision && status.sync === 'Synced';
    });
    const row = await plane.client().resourceFor({ apiVersion: 'example.com/v1', kind: 'Port' });
    if (!row) throw new Error('the kind is not served');
    const brest = await plane.client().get(row, { name: 'brest' });
    expect(brest.metadata).not.to.have.property('namespace');
    const entries = (await environment())?.inventory ?? [];
    expect(entries.find(({ kind }) => kind === 'Port')).not.to.have.property('namespace');
  });

  it('refuses what the server refuses, before anything is written', async () => {
    await world.push({
      ...files,
      'k8s/bad.yaml': '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"Bad_Name"}}',
    });
    await world.until(async () => (await environment())?.phase === 'Failed');
    expect((await environment())?.message).to.match(/k8s\/bad\.yaml:1/);
    expect(dataOf(await world.live('ConfigMap', 'a'))).to.equal(undefined);
  });

  it('makes a service headless, which is its like anew', async () => {
    const db = (spec: object) =>
      JSON.stringify({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'db' }, spec });
    const address = async () =>
      (await plane.client().get(SERVICES, { namespace: 'shop-dev', name: 'db' })).spec.clusterIP;
    await world.push({ ...files, 'k8s/db.yaml': db({ ports: [{ port: 80 }] }) });
    await world.until(async () => (await world.live('Service', 'db')) !== undefined);
    expect(await address()).to.match(/^127\./);
    const revision = await world.push({
      ...files,
      'k8s/db.yaml': db({ clusterIP: 'None', ports: [{ port: 80 }] }),
    });
    await world.until(async () => (await environment())?.deployedRevision === revision);
    expect(await address()).to.equal('None');
  });

  it('gives templates what they made before, and what the environment may read, also after a restart', async () => {
    const client = plane.client();
    const secret = { apiVersion: 'v1', kind: 'ConfigMap', data: { k: 'live' } };
    await client.create(CONFIG_MAPS, { ...secret, metadata: { name: 'seen', namespace: 'shop-dev' } });
    const made = cm('made', {
      password: '${made randAlphaNum}',
      own: '${lookup ConfigMap shop-dev seen k}',
      others: '${lookup Secret pilotage generated.shop.dev.shop k}',
    });
    const revision = await world.push({ ...files, 'k8s/made.yaml': made });
    await world.until(async () => (await environment())?.deployedRevision === revision);
    const before = dataOf(await world.live('ConfigMap', 'made'));
    expect(before)
      .include({ own: 'live', others: 'none' })
      .and.property('password')
      .match(/^[0-9a-f]{24}$/);
    const { git } = world;
    await world.stop();
    world = await createHarness({ client, clock: systemClock, git });
    await world.observe();
    const plan = await world.sync.plan('shop', 'dev');
    expect(plan.ok && plan.value).include({ empty: true });
    expect(dataOf(await world.live('ConfigMap', 'made'))).deep.equal(before);
  });

  it('deletes no deployment for a changed selector before a person agrees to the outage', async () => {
    const uid = async () =>
      (await plane.client().get(DEPLOYMENTS, { namespace: 'shop-dev', name: 'web' })).metadata.uid;
    const before = await uid();
    const web = files['k8s/web.yaml'].replaceAll('"app":"web"', '"app":"web","tier":"front"');
    const revision = await world.push({ ...files, 'k8s/web.yaml': web });
    await world.until(async () => (await environment())?.phase === 'Failed');
    expect((await environment())?.message).to.contain('pilotage sync shop/dev --confirm-recreate');
    expect(await uid()).to.equal(before);
    await world.sync.requestSync('shop', 'dev', { confirmRecreate: true });
    await world.until(async () => (await environment())?.deployedRevision === revision);
    expect(await uid()).not.to.equal(before);
  });

  it('takes along what an environment delivered when that is deleted, and says that its file brings it back', async () => {
    const file =
      'apiVersion: pilotage.dev/v1alpha1\nkind: Delivery\nspec: {environments: [{name: dev, branch: main}]}\n';
    const revision = await world.push({
      'pilotage.yaml': file,
      'k8s/a.yaml': cm('a'),
      'k8s/web.yaml': deploy('web', 0),
    });
    await world.sync.requestSync('shop', 'dev', { confirmPrune: true, confirmRecreate: true });
    await world.until(async () => (await environment())?.deployedRevision === revision);
    const { message } = await world.sync.delete(await world.environment(), 'prune');
    expect(message).to.match(/^shop\/dev is being deleted, with .*\n.*main still defines it/);
    await world.until(() =>
      world.environment().then(
        () => false,
        () => true,
      ),
    );
    expect(await world.live('ConfigMap', 'a')).to.equal(undefined);
    expect(await world.live('Deployment', 'web')).to.equal(undefined);
  });
});
