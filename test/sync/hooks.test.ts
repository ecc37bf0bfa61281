import { expect } from 'chai';
import type { Job } from '../../src/kube/kinds/objects.data.ts';
import { CUSTOM_RESOURCE_DEFINITIONS, JOBS } from '../../src/kube/kinds/resources.data.ts';
import { notFoundAsUndefined } from '../../src/kube/values/status.ts';
import { DELIVERIES, PILOTAGE_NAMESPACE, RELEASES } from '../../src/model/types.ts';
import { rollback } from '../../src/sync/history/rollback.ts';
import { environmentReport } from '../../src/sync/state/reports.ts';
import { changeStatus } from '../../src/sync/state/status.ts';
import { cm, createHarness, dataOf } from './harness.ts';

const job = (name: string, annotations: Record<string, string>): string =>
  JSON.stringify({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, annotations },
    spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'host' }] } } },
  });
const helm = (events: string, more = {}) => ({ 'helm.sh/hook': events, ...more });
const argo = (events: string, more = {}) => ({ 'argocd.argoproj.io/hook': events, ...more });

describe('sync of hooks', () => {
  let world: Awaited<ReturnType<typeof createHarness>>;
  beforeEach(async () => {
    world = await createHarness();
  });
  afterEach(() => world.stop());

  const found = (name: string): Promise<Job | undefined> =>
    world.home.client.get(JOBS, { namespace: 'shop-dev', name }).catch(notFoundAsUndefined);

  /** Plays the Job controller. */
  async function ends(name: string, type: 'Complete' | 'Failed' = 'Complete'): Promise<void> {
    const live = await found(name);
    if (live === undefined) throw new Error(`there is no Job ${name}`);
    const conditions = [{ type, status: 'True', reason: type, message: 'out of luck' }];
    const status = { ...live.status, conditions };
    const options = { subresource: 'status', fieldManager: 'kube-controller-manager' } as const;
    await world.home.client.update(JOBS, { ...live, status } as Job, options);
    await world.settle();
  }

  const made = (name: string): number =>
    world.home.writes.filter((write) => write === `apply Job shop-dev/${name}`).length;
  const status = async () => (await world.environment()).status;
  const data = async () => dataOf(await world.live('ConfigMap', 'a'));
  const FILES = {
    'k8s/a.yaml': cm('a', { k: 'old' }),
    'k8s/before.yaml': job('before', helm('pre-install,pre-upgrade')),
    'k8s/after.yaml': job('after', argo('PostSync')),
  };

  it('runs PreSync before anything is written, PostSync after, and says what it waits for', async () => {
    await world.push(FILES);
    expect(await data()).to.equal(undefined);
    expect(await status()).to.include({
      phase: 'Waiting',
      message: 'waits for hook Job shop-dev/before (PreSync)',
    });
    await ends('before');
    expect(await data()).to.deep.equal({ k: 'old' });
    expect(await status()).to.include({
      phase: 'Waiting',
      health: 'Progressing',
      message: 'waits for hook Job shop-dev/after (PostSync)',
    });
    await ends('after');
    expect(await status()).to.include({ phase: 'Idle', health: 'Healthy', sync: 'Synced', release: 1 });
    expect([made('before'), made('after')]).to.deep.equal([1, 1]);
  });

  it('tells install from upgrade, weighs them, and runs what Helm would', async () => {
    const files = {
      'k8s/a.yaml': cm('a', { k: 'old' }),
      'k8s/light.yaml': job('light', helm('pre-install', { 'helm.sh/hook-weight': '-1' })),
      'k8s/alike.yaml': job('alike', helm('pre-install')),
      'k8s/heavy.yaml': job('heavy', helm('pre-install')),
      'k8s/later.yaml': job('later', helm('pre-upgrade')),
      'k8s/test.yaml': job('test', helm('test')),
    };
    const now = async () =>
      (await Promise.all(['light', 'alike', 'heavy', 'later', 'test'].map(found)))
        .flatMap((one) => one?.metadata.name ?? [])
        .join(' ');
    await world.push(files);
    expect(await now()).to.equal('light');
    await ends('light');
    expect(await now()).to.equal('light alike');
    await ends('alike');
    await ends('heavy');
    expect(await now()).to.equal('light alike heavy');
    expect(await data()).to.deep.equal({ k: 'old' });
    await world.push({ ...files, 'k8s/a.yaml': cm('a', { k: 'new' }) });
    expect(await now()).to.equal('light alike heavy later');
    await ends('later');
    expect(await data()).to.deep.equal({ k: 'new' });
    expect([made('light'), made('later'), made('test')]).to.deep.equal([1, 1, 0]);
  });

  it('tells hooks of one name apart by their events, and refuses those of the same', async () => {
    const files = { 'k8s/a.yaml': cm('a', { k: 'old' }), 'k8s/x.yaml': job('x', helm('pre-install')) };
    await world.push({ ...files, 'k8s/y.yaml': job('x', helm('pre-upgrade')) });
    await ends('x');
    expect(await data()).to.deep.equal({ k: 'old' });
    await world.push({ ...files, 'k8s/y.yaml': job('x', helm('pre-install,post-upgrade')) });
    expect((await status())?.message).to.contain('Job shop-dev/x is written twice');
  });

  it('runs none for a commit that changes nothing of the app, none at healing, and makes no drift of them', async () => {
    await world.push(FILES);
    await ends('before');
    await ends('after');
    await world.push({ ...FILES, 'README.md': 'more' });
    expect(await status()).to.include({ phase: 'Idle', sync: 'Synced' });
    await world.home.client.delete(JOBS, { namespace: 'shop-dev', name: 'before' });
    await world.sync.requestSync('shop', 'dev');
    await world.settle();
    expect(await status()).to.include({ phase: 'Idle', sync: 'Synced' });
    expect([made('before'), made('after')]).to.deep.equal([1, 1]);
  });

  it('runs one once although the daemon dies while it works, and goes on after it', async () => {
    await world.push(FILES);
    await world.stop();
    world = await createHarness({ home: world.home, git: world.git });
    await world.settle();
    await ends('before');
    await world.stop();
    world = await createHarness({ home: world.home, git: world.git });
    await world.settle();
    await ends('after');
    expect(await status()).to.include({ phase: 'Idle', sync: 'Synced' });
    expect([made('before'), made('after')]).to.deep.equal([1, 1]);
  });

  it('runs one once although the daemon dies between its record and its object, on either side', async () => {
    world.home.refuse = (write) =>
      write === 'apply Job shop-dev/before' ? new Error('the daemon is dead') : undefined;
    await world.push(FILES);
    await world.stop();
    expect(await found('before')).to.equal(undefined);
    expect((await status())?.runs?.[0]?.hooks?.[0]).to.include({ name: 'before', state: 'Starting' });
    world.home.refuse = () => undefined;
    world = await createHarness({ home: world.home, git: world.git });
    await world.settle(3000);
    expect((await found('before'))?.spec?.activeDeadlineSeconds).to.equal(315);
    await world.stop();
    // As if its end had come between the object and the record that it is made.
    await changeStatus(
      { home: world.home.client, clock: world.clock },
      'shop.dev',
      (before) =>
        ({
          ...before,
          runs: before.runs?.map((run) => ({
            ...run,
            hooks:
              run.hooks?.map(({ uid: _uid, ...hook }) => ({ ...hook, state: 'Starting' as const })) ?? [],
          })),
        }) as never,
    );
    world = await createHarness({ home: world.home, git: world.git });
    await world.settle();
    await ends('before');
    expect(made('before')).to.equal(1);
    expect(await data()).to.deep.equal({ k: 'old' });
  });

  it('writes nothing of a revision whose PreSync hook fails, says why, and repeats it only when asked', async () => {
    await world.push(FILES);
    await ends('before');
    await ends('after');
    await world.push({ ...FILES, 'k8s/a.yaml': cm('a', { k: 'new' }) });
    await ends('before', 'Failed');
    await world.settle(60_000);
    expect(await data()).to.deep.equal({ k: 'old' });
    expect(made('before')).to.equal(2);
    const { phase, message } = (await status()) ?? {};
    expect(phase).to.equal('Failed');
    expect(message).to.match(/before\.yaml:1:1: hook Job shop-dev\/before \(PreSync\) failed: .*out of luck/);
    expect(message).to.contain('pilotage sync shop/dev');
    expect(environmentReport(await world.environment()).hookFailed).to.equal(true);
    expect(world.said('failed').join('\n')).to.contain('out of luck');
    await world.sync.requestSync('shop', 'dev');
    await world.settle();
    expect(made('before')).to.equal(3);
    await ends('before');
    expect(environmentReport(await world.environment()).hookFailed).to.equal(undefined);
    expect(await data()).to.deep.equal({ k: 'new' });
  });

  it('runs SyncFail once where another hook of the app has failed', async () => {
    await world.push({ ...FILES, 'k8s/alarm.yaml': job('alarm', argo('SyncFail')) });
    expect(await found('alarm')).to.equal(undefined);
    await ends('before', 'Failed');
    expect(made('alarm')).to.equal(1);
    await ends('alarm');
    await world.settle(60_000);
    expect(made('alarm')).to.equal(1);
    expect((await status())?.message).to.contain('hook Job shop-dev/before (PreSync) failed');
  });

  it('calls a revision deployed whose PostSync hook fails, and not healthy', async () => {
    const oid = await world.push(FILES);
    await ends('before');
    await ends('after', 'Failed');
    const found = await status();
    expect(found).to.include({ phase: 'Failed', deployedRevision: oid, release: 1 });
    expect(found?.healthySince).to.equal(undefined);
  });

  it('lets a running hook of the revision before end, and then begins anew', async () => {
    await world.push(FILES);
    await world.push({ ...FILES, 'k8s/a.yaml': cm('a', { k: 'new' }) });
    expect((await status())?.message).to.equal(
      'waits for hook Job shop-dev/before (PreSync) of the revision before to end; kubectl delete -n shop-dev job before ends it at once',
    );
    expect(made('before')).to.equal(1);
    await ends('before');
    expect(made('before')).to.equal(2);
    await ends('before');
    expect(await data()).to.deep.equal({ k: 'new' });
  });

  it('deletes by policy what has succeeded, and misses nothing then', async () => {
    const files = {
      'k8s/a.yaml': cm('a'),
      'k8s/gone.yaml': job('gone', helm('pre-install', { 'helm.sh/hook-delete-policy': 'hook-succeeded' })),
    };
    await world.push(files);
    await ends('gone');
    expect(await found('gone')).to.equal(undefined);
    await world.settle();
    const after = await status();
    expect(after).to.include({ phase: 'Idle', sync: 'Synced', health: 'Healthy' });
    expect(after?.inventory?.map(({ name }) => name)).to.deep.equal(['a']);
  });

  /** A Job that is somebody else's. */
  async function otherJob(name: string): Promise<string | undefined> {
    const other = JSON.parse(job(name, {})) as Job;
    const there = { ...other, metadata: { ...other.metadata, namespace: 'shop-dev' } };
    const { metadata } = await world.home.client.create(JOBS, there, { fieldManager: 'kubectl' });
    return metadata.uid;
  }

  it('takes no hook’s object that somebody else made', async () => {
    await world.push({ 'k8s/a.yaml': cm('a') });
    await otherJob('before');
    await world.push(FILES);
    expect((await status())?.message).to.contain('was not made by Pilotage');
    expect(made('before')).to.equal(0);
  });

  it('takes none either that was made by somebody else after the hook’s beginning was recorded', async () => {
    world.home.refuse = (write) =>
      write === 'apply Job shop-dev/before' ? new Error('the daemon is dead') : undefined;
    await world.push(FILES);
    expect((await status())?.runs?.[0]?.hooks?.[0]).to.include({ name: 'before', state: 'Starting' });
    const uid = await otherJob('before');
    world.home.refuse = () => undefined;
    await world.settle(60_000);
    expect((await found('before'))?.metadata.uid).to.equal(uid);
    expect((await status())?.message).to.contain('was not made by Pilotage');
  });

  it('deletes no object of a custom kind before it runs anew where the object says keep, or its policy does not say so', async () => {
    await world.home.client.apply(
      CUSTOM_RESOURCE_DEFINITIONS,
      {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: 'snapshots.example.com' },
        spec: {
          group: 'example.com',
          names: { plural: 'snapshots', singular: 'snapshot', kind: 'Snapshot', listKind: 'SnapshotList' },
          scope: 'Namespaced',
          versions: [
            { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } },
          ],
        },
      },
      { fieldManager: 'kubectl' },
    );
    const files = (text: string, more: Record<string, string>) => ({
      'k8s/a.yaml': cm('a', { k: text }),
      'k8s/s.yaml': JSON.stringify({
        apiVersion: 'example.com/v1',
        kind: 'Snapshot',
        metadata: { name: 's', annotations: helm('pre-install,pre-upgrade', more) },
      }),
    });
    const deletions = () =>
      world.home.writes.filter((write) => write === 'delete Snapshot shop-dev/s').length;
    const keep = { 'pilotage.dev/prune': 'keep' };
    await world.push(files('old', keep));
    expect(await data()).to.deep.equal({ k: 'old' });
    await world.push(files('new', keep));
    expect((await status())?.phase).to.equal('Failed');
    expect((await status())?.message).to.match(/hook Snapshot shop-dev\/s \(PreSync\): .* says keep/);
    expect([deletions(), await data()]).to.deep.equal([0, { k: 'old' }]);
    await world.push(files('newer', { ...keep, 'helm.sh/hook-delete-policy': 'hook-failed' }));
    expect([deletions(), await data()]).to.deep.equal([0, { k: 'newer' }]);
  });

  it('removes the hook that a revision no longer has, and all of them with the environment', async () => {
    await world.push(FILES);
    await ends('before');
    await ends('after');
    await world.push({ 'k8s/a.yaml': cm('a', { k: 'old' }), 'k8s/before.yaml': FILES['k8s/before.yaml'] });
    await ends('before');
    await world.settle();
    expect(await found('after')).to.equal(undefined);
    await world.sync.delete(await world.environment(), 'prune');
    await world.settle(2000);
    expect(await found('before')).to.equal(undefined);
  });

  describe('of a deletion', () => {
    const files = {
      'k8s/a.yaml': cm('a', { k: 'old' }),
      'k8s/backup.yaml': job('backup', helm('pre-delete')),
      'k8s/tidy.yaml': job('tidy', argo('PostDelete')),
    };

    it('run before and after what they belong to, and are gone with the environment', async () => {
      await world.push(files);
      expect([made('backup'), made('tidy')]).to.deep.equal([0, 0]);
      await world.sync.delete(await world.environment(), 'prune');
      await world.settle();
      expect(await data()).to.deep.equal({ k: 'old' });
      expect((await status())?.message).to.equal(
        'being deleted; waits for hook Job shop-dev/backup (PreDelete)',
      );
      await ends('backup');
      await world.settle(2000);
      expect(await data()).to.equal(undefined);
      expect(await found('tidy')).not.to.equal(undefined);
      await ends('tidy');
      await world.settle(2000);
      expect([await found('backup'), await found('tidy')]).to.deep.equal([undefined, undefined]);
      expect([made('backup'), made('tidy')]).to.deep.equal([1, 1]);
      expect(await world.environment().catch(notFoundAsUndefined)).to.equal(undefined);
    });

    it('stop it where one fails, say how to go on, and are repeated when it is asked for again', async () => {
      await world.push(files);
      await world.sync.delete(await world.environment(), 'prune');
      await world.settle();
      await ends('backup', 'Failed');
      await world.settle(10_000);
      expect(await data()).to.deep.equal({ k: 'old' });
      const { message } = (await status()) ?? {};
      expect(message).to.contain('hook Job shop-dev/backup (PreDelete) failed');
      expect(message).to.contain('pilotage delete shop/dev --prune');
      expect(made('backup')).to.equal(1);
      await world.sync.delete(await world.environment(), 'prune');
      await world.settle(2000);
      expect(made('backup')).to.equal(2);
      await world.sync.delete(await world.environment(), 'orphan');
      await world.settle(2000);
      expect(await world.environment().catch(notFoundAsUndefined)).to.equal(undefined);
      expect(await data()).to.deep.equal({ k: 'old' });
    });

    it('delete nothing while one cannot run because somebody else has an object of its name, and go on when it is gone', async () => {
      await world.push(files);
      const uid = await otherJob('backup');
      await ends('backup');
      await world.sync.delete(await world.environment(), 'prune');
      await world.settle(2000);
      expect(await data()).to.deep.equal({ k: 'old' });
      expect((await found('backup'))?.metadata.uid).to.equal(uid);
      const { phase, message } = (await status()) ?? {};
      expect(phase).to.equal('Failed');
      expect(message).to.contain('Job shop-dev/backup: it exists and was not made by Pilotage');
      expect(message).to.contain('pilotage delete shop/dev --orphan');
      await world.home.client.delete(JOBS, { namespace: 'shop-dev', name: 'backup' });
      await world.settle(60_000);
      expect(await data()).to.deep.equal({ k: 'old' });
      await ends('backup');
      await world.settle(2000);
      expect(await data()).to.equal(undefined);
      await ends('tidy');
      await world.settle(2000);
      expect(await world.environment().catch(notFoundAsUndefined)).to.equal(undefined);
    });

    const deleted = async (): Promise<void> => {
      await world.sync.delete(await world.environment(), 'prune');
      await world.settle(2000);
    };

    it('run although another object of their release is of a kind that is not served any more', async () => {
      const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 's' }, spec: {} };
      await world.push({ ...files, 'k8s/s.yaml': JSON.stringify(service) });
      const served = (await world.home.client.resources()) as unknown as { kind: string }[];
      served.splice(
        served.findIndex(({ kind }) => kind === 'Service'),
        1,
      );
      await deleted();
      expect(await data()).to.deep.equal({ k: 'old' });
      expect(made('backup')).to.equal(1);
    });

    const loseRelease = () =>
      world.home.client.delete(RELEASES, { namespace: PILOTAGE_NAMESPACE, name: 'shop.dev.1' });

    it('stop it where nobody knows them any more, for their release is lost', async () => {
      await world.push(files);
      await loseRelease();
      await deleted();
      expect(await data()).to.deep.equal({ k: 'old' });
      const { phase, message } = (await status()) ?? {};
      expect(phase).to.equal('Failed');
      expect(message)
        .to.match(/what release 1 rendered to is lost.*the hooks that shop\/dev may have/)
        .and.contain('bundles/')
        .and.contain('pilotage delete shop/dev --orphan');
    });

    it('are not missed where a release is lost that is known to have had none', async () => {
      await world.push({ 'k8s/a.yaml': cm('a') });
      await loseRelease();
      await deleted();
      expect(await world.environment().catch(notFoundAsUndefined)).to.equal(undefined);
    });

    it('are made outside of namespaces too, as far as their kinds are allowed', async () => {
      const allow = (clusterScoped: readonly string[]) =>
        world.home.client.patch(
          DELIVERIES,
          { namespace: PILOTAGE_NAMESPACE, name: 'shop' },
          { type: 'merge', body: { spec: { clusterScoped } } },
          { fieldManager: 'test' },
        );
      const role = {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole',
        metadata: { name: 'leaver', annotations: helm('pre-delete', { 'helm.sh/hook-weight': '-1' }) },
        rules: [],
      };
      const roles = (): number =>
        world.home.writes.filter((write) => /^apply ClusterRole .*leaver/.test(write)).length;
      await world.push({ 'k8s/a.yaml': cm('a', { k: 'old' }) });
      await allow(['ClusterRole.rbac.authorization.k8s.io']);
      await world.push({ ...files, 'k8s/role.yaml': JSON.stringify(role) });
      await allow([]);
      await deleted();
      expect([roles(), made('backup')]).to.deep.equal([0, 0]);
      expect(await data()).to.deep.equal({ k: 'old' });
      expect((await status())?.message).to.contain('pilotage connect shop --allow-cluster-scoped');
      await allow(['ClusterRole.rbac.authorization.k8s.io']);
      await world.settle(60_000);
      expect([roles(), made('backup')]).to.deep.equal([1, 1]);
    });

    it('of an app run when a revision no longer has it', async () => {
      const apps = (names: string) =>
        `apiVersion: pilotage.dev/v1alpha1
kind: Delivery
metadata: {name: shop}
spec:
  environments: [{name: dev, branch: main}]
  apps: [${names}]
`;
      const all = {
        'pilotage.yaml': apps('{name: web, path: web}, {name: api, path: api}'),
        'web/a.yaml': cm('a', { k: 'old' }),
        'api/b.yaml': cm('b'),
        'api/backup.yaml': job('backup', helm('pre-delete')),
        'api/tidy.yaml': job('tidy', helm('post-delete')),
      };
      await world.push(all);
      await world.push({ ...all, 'pilotage.yaml': apps('{name: web, path: web}') });
      expect(await world.live('ConfigMap', 'b')).not.to.equal(undefined);
      expect((await status())?.message).to.equal('waits for hook Job shop-dev/backup (PreDelete)');
      await ends('backup');
      expect(await world.live('ConfigMap', 'b')).to.equal(undefined);
      await ends('tidy');
      await world.settle(1000);
      expect([await found('backup'), await found('tidy')]).to.deep.equal([undefined, undefined]);
      expect(await status()).to.include({ phase: 'Idle', sync: 'Synced' });
      expect((await status())?.runs ?? []).to.deep.equal([]);
    });
  });

  it('runs those of a rollback when a person goes back', async () => {
    const files = (text: string) => ({
      'k8s/a.yaml': cm('a', { k: text }),
      'k8s/back.yaml': job('back', helm('pre-rollback')),
      'k8s/up.yaml': job('up', helm('pre-upgrade')),
    });
    await world.push(files('old'));
    await world.push(files('new'));
    await ends('up');
    await rollback(world.home.client, 'shop.dev', { now: world.clock.now() });
    await world.settle();
    expect(await data()).to.deep.equal({ k: 'new' });
    await ends('back');
    expect(await data()).to.deep.equal({ k: 'old' });
    expect([made('up'), made('back')]).to.deep.equal([1, 1]);
  });
});
