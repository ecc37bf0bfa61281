import { expect } from 'chai';
import { failed, ok } from '../../src/base/errors.ts';
import { CONFIG_MAPS, DEPLOYMENTS } from '../../src/kube/kinds/resources.data.ts';
import { statusError } from '../../src/kube/values/status.ts';
import { built, cm, createHarness, dataOf, deploy } from './harness.ts';

type Running = Awaited<ReturnType<typeof createHarness>>;
const key = (name: string) => ({ namespace: 'shop-dev', name });

describe('sync that is refused or fails', () => {
  let world: Running;
  beforeEach(async () => {
    world = await createHarness();
  });
  afterEach(() => world.stop());

  describe('objects that cannot be delivered', () => {
    const refused: readonly [why: string, manifest: string, message: RegExp][] = [
      [
        'an unknown kind',
        '{"apiVersion":"x.io/v1","kind":"Widget","metadata":{"name":"w"}}',
        /k8s\/x\.yaml:1:1: Widget w: the cluster does not serve kind Widget/,
      ],
      [
        'a foreign namespace',
        '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"w","namespace":"kube-system"}}',
        /names namespace kube-system, and this environment delivers to shop-dev/,
      ],
      [
        'an object without a name',
        '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"generateName":"w-"}}',
        /has no metadata.name \(generateName cannot be delivered/,
      ],
      [
        'an object written twice',
        `${cm('a')}\n---\n${cm('a')}`,
        /k8s\/x\.yaml:3:1: ConfigMap shop-dev\/a is written twice: here \(app shop\) and at k8s\/x\.yaml:1/,
      ],
    ];
    for (const [why, manifest, message] of refused) {
      it(`${why}: nothing is applied, and the message names file and line`, async () => {
        await world.push({ 'k8s/x.yaml': manifest, 'k8s/ok.yaml': cm('ok') });
        expect(world.said('failed').join()).to.match(message);
        expect(await world.live('ConfigMap', 'ok')).to.equal(undefined);
      });
    }

    it('an object that somebody else made waits to be adopted', async () => {
      await world.push({ 'k8s/a.yaml': cm('a') });
      await world.home.client.create(CONFIG_MAPS, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: key('b'),
        data: { k: 'theirs' },
      });
      await world.push({ 'k8s/a.yaml': cm('a'), 'k8s/b.yaml': cm('b') });
      expect(world.said('failed').join()).to.match(
        /ConfigMap shop-dev\/b: it exists and was not made by Pilotage/,
      );
      expect(dataOf(await world.live('ConfigMap', 'b'))).to.deep.equal({ k: 'theirs' });
      await world.push({
        'k8s/a.yaml': cm('a'),
        'k8s/b.yaml': cm('b', { k: 'v' }, { 'pilotage.dev/adopt': 'true' }),
      });
      expect(dataOf(await world.live('ConfigMap', 'b'))).to.deep.equal({ k: 'theirs' });
      expect(world.said('rendered').join()).to.contain('pilotage.dev/adopt of a manifest grants nothing');
      const { message } = await world.sync.adopt(await world.environment(), {
        objects: ['configmap/b'],
        by: 'ann',
      });
      expect(message).to.equal('shop/dev may take over ConfigMap shop-dev/b.');
      await world.settle();
      expect(dataOf(await world.live('ConfigMap', 'b'))).to.deep.equal({ k: 'v' });
    });

    it('a word to take an object over ends with the object', async () => {
      await world.push({ 'k8s/a.yaml': cm('a') });
      const theirs = { apiVersion: 'v1', kind: 'ConfigMap', metadata: key('b'), data: { k: 'theirs' } };
      await world.home.client.create(CONFIG_MAPS, theirs);
      await world.push({ 'k8s/a.yaml': cm('a'), 'k8s/b.yaml': cm('b') });
      await world.sync.adopt(await world.environment(), { objects: [], namespace: 'shop-dev', by: 'ann' });
      await world.settle();
      await world.push({ 'k8s/a.yaml': cm('a'), 'k8s/c.yaml': cm('c') });
      await world.home.client.create(CONFIG_MAPS, theirs);
      await world.push({ 'k8s/a.yaml': cm('a'), 'k8s/b.yaml': cm('b'), 'k8s/c.yaml': cm('c') });
      expect(dataOf(await world.live('ConfigMap', 'b'))).to.deep.equal({ k: 'theirs' });
    });

    it('a field that another manager holds is a conflict that names it', async () => {
      await world.push({ 'k8s/web.yaml': deploy('web') });
      const { annotations, labels } = (await world.live('Deployment', 'web'))?.metadata ?? {};
      await world.home.client.apply(
        DEPLOYMENTS,
        {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata: { ...key('web') },
          spec: { minReadySeconds: 5 },
        },
        { fieldManager: 'tuner' },
      );
      expect(annotations && labels).not.to.equal(undefined);
      const manifest = JSON.parse(deploy('web'));
      manifest.spec.minReadySeconds = 9;
      await world.push({ 'k8s/web.yaml': JSON.stringify(manifest) });
      expect(world.said('failed').join()).to.match(/\.spec\.minReadySeconds is held by tuner/);
    });
  });

  describe('failures', () => {
    it('of a write are told and tried again with back-off', async () => {
      let refusals = 2;
      world.home.refuse = (write) =>
        write === 'apply ConfigMap shop-dev/a' && refusals-- > 0
          ? statusError('InternalError', 'disk is full')
          : undefined;
      await world.push({ 'k8s/a.yaml': cm('a') });
      expect((await world.environment()).status).to.include({ phase: 'Failed' });
      expect(world.said('failed')[0]).to.match(/k8s\/a\.yaml:1:1: ConfigMap shop-dev\/a: disk is full/);
      await world.settle(5_000);
      expect((await world.environment()).status).to.include({ phase: 'Idle', sync: 'Synced' });
    });

    it('of an older revision do not delay a newer one', async () => {
      world.home.refuse = (write) =>
        write === 'apply ConfigMap shop-dev/bad' ? statusError('InternalError', 'no') : undefined;
      await world.push({ 'k8s/bad.yaml': cm('bad') });
      await world.settle(60_000);
      const good = await world.push({ 'k8s/good.yaml': cm('good') });
      expect((await world.environment()).status?.deployedRevision).to.equal(good);
      expect(await world.live('ConfigMap', 'good')).not.to.equal(undefined);
    });

    it('of a build leave the old version serving', async () => {
      await world.stop();
      world = await createHarness({
        home: world.home,
        git: world.git,
        buildImages: async ({ revision }) =>
          ok(
            built({ web: 'shop/web:1' }, async () =>
              revision.endsWith('1') ? ok({}) : failed({ reason: 'BuildFailed', message: 'npm ERR!' }),
            ),
          ),
      });
      const file =
        'apiVersion: pilotage.dev/v1alpha1\nkind: Delivery\nspec: {environments: [{name: dev, branch: main}], images: {web: {path: app}}}\n';
      const first = await world.push({ 'pilotage.yaml': file, 'k8s/a.yaml': cm('a') });
      await world.push({ 'pilotage.yaml': file, 'k8s/a.yaml': cm('a', { k: 'new' }) });
      expect((await world.environment()).status).to.include({
        deployedRevision: first,
        phase: 'Failed',
        health: 'Healthy',
      });
      expect(world.said('failed')).to.deep.equal(['npm ERR!']);
    });
  });
});
