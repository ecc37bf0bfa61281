import { expect } from 'chai';
import { LIMIT_RANGES, NAMESPACES, RESOURCE_QUOTAS } from '../../src/kube/kinds/resources.data.ts';
import { notFoundAsUndefined } from '../../src/kube/values/status.ts';
import { previewNamespace } from '../../src/model/previews.ts';
import { DELIVERIES, ENVIRONMENTS, type Environment, PILOTAGE_NAMESPACE } from '../../src/model/types.ts';
import { giveWord } from '../../src/sync/intake/previews/word.ts';
import { cm, createHarness, dataOf, deploy, type Harness } from './harness.ts';

const HOUR = 3_600_000;

const file = (previews: string, more = '') => `apiVersion: pilotage.dev/v1alpha1
kind: Delivery
metadata: {name: shop}
spec:
  environments: [{name: dev, branch: main}]
  previews: ${previews}
${more}`;

const POLICY = '{branches: ["feature/*"], from: dev, host: "{slug}.preview.test", ttl: 3d, max: 2}';

describe('previews', () => {
  let h: Harness & { stop(): Promise<void> };

  beforeEach(async () => {
    h = await createHarness();
  });
  afterEach(() => h.stop());

  const base = (policy = POLICY) => h.push({ 'pilotage.yaml': file(policy), 'a.yaml': cm('a') });

  /** A branch as a person makes it: from main, with a commit of its own. */
  const branch = async (name: string, files: Record<string, string> = {}, policy = POLICY) => {
    h.git.branches[name] ??= h.git.branches.main ?? '';
    return h.push({ 'pilotage.yaml': file(policy), 'a.yaml': cm('a', { of: name }), ...files }, name);
  };

  const remove = async (name: string) => {
    delete h.git.branches[name];
    await h.observe();
  };

  const previews = async (): Promise<readonly Environment[]> =>
    (await h.home.client.list(ENVIRONMENTS, { namespace: PILOTAGE_NAMESPACE })).items.filter(
      ({ spec }) => spec.preview !== undefined,
    );

  const named = async () => (await previews()).map(({ spec }) => spec.environment).sort();

  const delivery = () => h.home.client.get(DELIVERIES, { namespace: PILOTAGE_NAMESPACE, name: 'shop' });

  const LOGIN = previewNamespace('shop', 'feature-login', 'feature/login');

  it('gives a branch that matches an environment of its own, from the files of that branch', async () => {
    await base();
    await branch('feature/login');
    expect(await named()).to.deep.equal(['preview-feature-login']);
    expect(dataOf(await h.live('ConfigMap' as never, 'a', LOGIN))).to.deep.equal({ of: 'feature/login' });
    expect((await h.environment('preview-feature-login')).status).to.include({
      sync: 'Synced',
      phase: 'Idle',
    });
  });

  it('bounds the namespace of a preview', async () => {
    await base();
    await branch('feature/login');
    const key = { namespace: LOGIN, name: 'pilotage-preview' };
    expect((await h.home.client.get(RESOURCE_QUOTAS, key)).spec?.hard).to.include({
      'limits.cpu': '2',
      pods: '20',
    });
    await h.home.client.get(LIMIT_RANGES, key);
  });

  it('leaves branches alone that match nothing, and the environments that there are', async () => {
    await base();
    await branch('other');
    expect(await named()).to.deep.equal([]);
    expect(dataOf(await h.live('ConfigMap' as never, 'a'))).to.deep.equal({ k: 'v' });
  });

  it('ends a preview with its namespace when the branch is deleted', async () => {
    await base();
    await branch('feature/login');
    await remove('feature/login');
    await h.settle(2_000);
    expect(await named()).to.deep.equal([]);
    expect(await h.home.client.get(NAMESPACES, { name: LOGIN }).catch(notFoundAsUndefined)).to.equal(
      undefined,
    );
    expect((await delivery()).status?.previews?.ended).to.deep.equal([]);
  });

  it('ends a preview when its branch is merged', async () => {
    await base();
    const tip = await branch('feature/login');
    h.git.branches.main = tip;
    await h.observe();
    await h.settle(2_000);
    expect(await named()).to.deep.equal([]);
  });

  it('makes no preview of a branch that holds nothing of its own, and says so', async () => {
    await base();
    h.git.branches['feature/login'] = h.git.branches.main ?? '';
    await h.sync.observed('shop', { ...h.git.branches }, 'main', 'push', {
      user: 'ada',
      tips: { 'feature/login': h.git.branches.main ?? '' },
    });
    expect(await named()).to.deep.equal([]);
    expect(h.said('held').at(-1)).to.contain('it holds nothing that dev does not have');
  });

  it('ends a preview when its time is over, and makes it again when its branch moves', async () => {
    await base(POLICY.replace('3d', '2h'));
    await branch('feature/login');
    await h.clock.advance(2 * HOUR + 60_000);
    await h.settle(2_000);
    expect(await named()).to.deep.equal([]);
    await h.observe();
    expect(await named(), 'the same commit again').to.deep.equal([]);
    await branch('feature/login', { 'b.yaml': cm('b') });
    expect(await named()).to.deep.equal(['preview-feature-login']);
  });

  it('lets more branches wait, and gives the next one the place that is freed', async () => {
    await base();
    await branch('feature/a');
    await branch('feature/b');
    await branch('feature/d');
    await branch('feature/c');
    expect(await named()).to.deep.equal(['preview-feature-a', 'preview-feature-b']);
    expect((await delivery()).status?.previews?.queue.map((one) => one.branch)).to.deep.equal([
      'feature/d',
      'feature/c',
    ]);
    await remove('feature/a');
    await h.settle(2_000);
    expect(await named()).to.deep.equal(['preview-feature-b', 'preview-feature-d']);
  });

  it('removes nothing when a list of branches is empty, or lacks the default branch', async () => {
    await base();
    await branch('feature/login');
    await h.sync.observed('shop', {}, 'main', 'poll');
    await h.settle(2_000);
    await h.sync.observed('shop', {}, undefined, 'poll');
    await h.settle(60_000);
    expect(await named()).to.deep.equal(['preview-feature-login']);
  });

  it('lets a branch be rewritten', async () => {
    await base();
    await branch('feature/login');
    const tip = await h.push(
      { 'pilotage.yaml': file(POLICY), 'a.yaml': cm('a', { of: 'rebased' }) },
      'feature/login',
      {
        rewritten: true,
      },
    );
    expect((await h.environment('preview-feature-login')).status?.deployedRevision).to.equal(tip);
  });

  it('does not look at what a branch says of its own preview and of environments, and says so', async () => {
    await base();
    const own = file(
      '{branches: ["*/*"], from: prod, host: "{slug}.evil.test", max: 100, secrets: [all]}',
    ).replace(
      '[{name: dev, branch: main}]',
      '[{name: dev, branch: main}, {name: prod, namespace: shop-dev, namespaces: allow}]',
    );
    await branch('feature/login', { 'pilotage.yaml': own });
    const { spec } = await h.environment('preview-feature-login');
    expect(spec).to.include({ namespace: LOGIN });
    expect(spec.preview).to.deep.include({ base: 'dev', host: 'feature-login.preview.test', secrets: [] });
    expect(h.said('received').join('\n')).to.contain('under `environments` and `previews` is not looked at');
  });

  it('keeps an object of another namespace out of a preview', async () => {
    await base();
    const elsewhere = JSON.stringify({
      ...JSON.parse(cm('x')),
      metadata: { name: 'x', namespace: 'shop-dev' },
    });
    await branch('feature/login', { 'x.yaml': elsewhere });
    const { status } = await h.environment('preview-feature-login');
    expect(status?.phase).to.equal('Failed');
    expect(status?.message).to.contain('names namespace shop-dev');
  });

  it('takes over no namespace that is there', async () => {
    await base();
    await h.home.client.create(NAMESPACES, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: LOGIN },
    });
    await branch('feature/login');
    const { status } = await h.environment('preview-feature-login');
    expect(status?.message).to.contain('takes over nothing that is there');
    await remove('feature/login');
    await h.settle(2_000);
    await h.home.client.get(NAMESPACES, { name: LOGIN });
  });

  it('runs without pods while it sleeps, and wakes with the next push', async () => {
    const policy = '{branches: ["feature/*"], ttl: 3d, idle: 4h}';
    await base(policy);
    await branch('feature/login', { 'web.yaml': deploy('web') }, policy);
    await h.report('web', 'healthy', LOGIN);
    await h.clock.advance(4 * HOUR + 60_000);
    await h.settle(2_000);
    const replicas = async () =>
      ((await h.live('Deployment', 'web', LOGIN)) as { spec?: { replicas?: number } } | undefined)?.spec
        ?.replicas;
    expect(await replicas()).to.equal(0);
    await branch('feature/login', { 'web.yaml': deploy('web'), 'b.yaml': cm('b') }, policy);
    expect(await replicas()).to.equal(2);
  });

  it("goes by a person's word, whole, and comes again with the next push alone", async () => {
    await base();
    await branch('feature/login');
    const preview = await h.environment('preview-feature-login');
    const orphan = await h.sync.delete(preview, 'orphan').catch((error: Error) => error.message);
    expect(orphan).to.contain('goes with its namespace');
    await h.sync.delete(preview, 'prune');
    await h.settle(2_000);
    await h.observe();
    expect(await named()).to.deep.equal([]);
    await branch('feature/login', { 'b.yaml': cm('b') });
    expect(await named()).to.deep.equal(['preview-feature-login']);
  });

  it("stays longer by a person's word, and never for more than 30 days", async () => {
    await base(POLICY.replace('3d', '2h'));
    await branch('feature/login');
    const words = { home: h.home.client, clock: h.clock };
    const extend = async (seconds: number) =>
      giveWord(words, await h.environment('preview-feature-login'), { type: 'extend', seconds }, 'ada');
    await extend(3600);
    await h.clock.advance(2.5 * HOUR);
    expect(await named()).to.deep.equal(['preview-feature-login']);
    await extend(365 * 24 * 3600);
    const { keepUntil = '' } = (await h.environment('preview-feature-login')).spec.preview ?? {};
    expect(Date.parse(keepUntil) - h.clock.now()).to.be.at.most(30 * 24 * HOUR);
    const dev = await h.environment();
    const refused = await giveWord(words, dev, { type: 'sleep' }, 'ada').catch(
      (error: Error) => error.message,
    );
    expect(refused).to.contain('shop/dev is no preview');
  });

  it("takes over no object by a person's word either", async () => {
    await base();
    await branch('feature/login');
    const adopting = { objects: ['ConfigMap/a'], by: 'ada' };
    const preview = await h.environment('preview-feature-login');
    const refused = await h.sync.adopt(preview, adopting).catch((error: Error) => error.message);
    expect(refused).to.contain('takes over nothing');
  });

  it('makes none, and ends those that there are, where an administrator allows none', async () => {
    await base();
    await branch('feature/login');
    await h.home.client.patch(
      DELIVERIES,
      { namespace: PILOTAGE_NAMESPACE, name: 'shop' },
      { type: 'merge', body: { spec: { previews: 0 } } },
      { fieldManager: 'test' },
    );
    await h.settle(3_000);
    expect(await named()).to.deep.equal([]);
  });
});
